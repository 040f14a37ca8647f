/**
 * The error kinds a user may meet. Everything else that is thrown is a bug of ours and ends with exit code 4.
 */

/** The command line, config or rule pack is wrong: exit 2, one line and a hint. */
export class UsageError extends Error {
  readonly hint: string;
  constructor(message: string, hint = "") {
    super(message);
    this.name = "UsageError";
    this.hint = hint;
  }
}

/** An input can't be read, or promises a patch and has none that can be reviewed: exit 3. */
export class InputError extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.name = "InputError";
    this.path = path;
  }
}

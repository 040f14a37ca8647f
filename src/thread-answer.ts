/**
 * What a thread answers: a result, or an error that a user may meet (src/core/errors.ts). What is copied from thread to
 * thread forgets its class, and with it the exit code; any other error is a bug of ours in every thread.
 */
import { InputError, UsageError } from "./core/errors.ts";

export type Answer<Result> =
  | { readonly k: "result"; readonly result: Result }
  | { readonly k: "usage"; readonly message: string; readonly hint: string }
  | { readonly k: "input"; readonly message: string; readonly path: string };

export async function answerOf<Result>(work: () => Promise<Result>): Promise<Answer<Result>> {
  try {
    return { k: "result", result: await work() };
  } catch (error) {
    if (error instanceof UsageError) return { k: "usage", message: error.message, hint: error.hint };
    if (error instanceof InputError) return { k: "input", message: error.message, path: error.path };
    throw error;
  }
}

/** Throws what the thread threw. */
export function resultOf<Result>(answer: Answer<Result>): Result {
  switch (answer.k) {
    case "result":
      return answer.result;
    case "usage":
      throw new UsageError(answer.message, answer.hint);
    case "input":
      throw new InputError(answer.path, answer.message);
  }
}

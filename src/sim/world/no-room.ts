/** Code that declares more locks or shared variables than a world has room for: it is not modelled, and no fault of anybody. */
export class NoRoom extends RangeError {
  override readonly name = "NoRoom";
}

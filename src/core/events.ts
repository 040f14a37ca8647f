/** What the library says while it works. It never prints: whoever calls decides what a person sees. */

export type ProgressEvent =
  /** `total` is null while it is not known, as when a mailbox is streamed. `what` names the item at hand. */
  | { readonly kind: "progress"; readonly phase: string; readonly done: number; readonly total: number | null; readonly what: string }
  | { readonly kind: "warning"; readonly text: string };

/** Called synchronously and often; must be quick and must not throw. */
export type EventSink = (event: ProgressEvent) => void;

/** What a thread does with its tasks (src/util/pool.ts): all are of one kind, and what they need is made ready once. */
import { type Answer, answerOf } from "./thread-answer.ts";
import { type Offer, takingOffers } from "./util/crew.ts";

export function threadTask<Task, Ready, Result>(prepare: () => Promise<Ready>, work: (task: Task, ready: Ready) => Promise<Result>): (offer: Offer<Task>) => Promise<Answer<Result> | null> {
  /** Begun before the first task comes, which gets the error if there is one. */
  const ready = prepare();
  ready.catch(() => undefined);
  return takingOffers((task: Task) => answerOf(async () => work(task, await ready)));
}

/** Answers that depend on nothing but what is asked about: worked out once. Two that belong together are nested, the one that lives longer outside. */

/** By an object, for as long as it is there. */
export function memoByObject<Key extends object, Answer extends NonNullable<unknown> | null>(answer: (key: Key) => Answer): (key: Key) => Answer {
  return memo(new WeakMap(), answer);
}

/** By a value: all of them are kept for as long as the memo is. */
export function memoByValue<Key, Answer extends NonNullable<unknown> | null>(answer: (key: Key) => Answer): (key: Key) => Answer {
  return memo(new Map(), answer);
}

/** Of the last object that was asked about only, where one is asked about again and again before the next. */
export function memoOfLast<Key extends object, Answer>(answer: (key: Key) => Answer): (key: Key) => Answer {
  let last: { readonly key: Key; readonly answer: Answer } | null = null;
  return (key) => {
    if (last === null || last.key !== key) last = { key, answer: answer(key) };
    return last.answer;
  };
}

function memo<Key, Answer>(known: Pick<Map<Key, Answer>, "get"> & { set(key: Key, answer: Answer): unknown }, answer: (key: Key) => Answer): (key: Key) => Answer {
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = answer(key);
    known.set(key, made);
    return made;
  };
}

// Folding changes into lists: pure, and the same for every screen.

/** Replaces the item with the same key, or adds it at the end: nothing else moves. */
export function put<T>(list: readonly T[], item: T, key: (item: T) => unknown): T[] {
  const wanted = key(item);
  const at = list.findIndex((other) => key(other) === wanted);
  if (at < 0) return [...list, item];
  const next = list.slice();
  next[at] = item;
  return next;
}

/** A branch that the types rule out; a newer server's change is skipped rather than fatal. */
export function skipUnknown(change: never): void {
  void change;
}

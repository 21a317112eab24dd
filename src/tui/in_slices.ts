/** How long a key may have to wait. */
const SLICE_MS = 4;
/** Fewer would look at the clock too often. */
const ITEMS_AT_ONCE = 50;

/** Does something with each item while keys and updates are handled in between. */
export function inSlices<Item>(items: readonly Item[], act: (item: Item) => void): void {
  let done = 0;
  const doSome = (): void => {
    const until = performance.now() + SLICE_MS;
    while (done < items.length && performance.now() < until) {
      for (const item of items.slice(done, done + ITEMS_AT_ONCE)) act(item);
      done += ITEMS_AT_ONCE;
    }
    if (done < items.length) setImmediate(doSome);
  };
  setImmediate(doSome);
}

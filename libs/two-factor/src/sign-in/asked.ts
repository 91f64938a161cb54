import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a sign-in route, and whether the library was asked during it. */
export interface SignInWatch {
  wasAsked: boolean;
}

const watched = new AsyncLocalStorage<SignInWatch>();

/** Runs the work, and whatever follows from it, under this watch. */
export function underWatch<Result>(watch: SignInWatch, work: () => Result): Result {
  return watched.run(watch, work);
}

/** A use-case that decides on a sign-in was called. */
export function noteAsked(): void {
  const watch = watched.getStore();
  if (watch !== undefined) {
    watch.wasAsked = true;
  }
}

import type { FactorMethod } from './factor-method.js';

/** A method whose budget against guessing admits no attempt now. */
export interface MethodLock {
  readonly method: FactorMethod;
  /** Whole seconds, rounded up, until it does: what an attempt would be answered with. */
  readonly retryAfterSeconds: number;
}

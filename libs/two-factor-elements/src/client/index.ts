export { type CallOptions, call } from '../api/call.js';
export { CallFailure, type FailureCode } from '../api/call-failure.js';
export * from '../api/two-factor-api.js';
export type { paths } from '../api/schema.js';
export {
  type Change,
  type ChangeEvent,
  type Deed,
  type Enabling,
  type Outcome,
  beginChange,
  change,
} from '../flows/change.js';
export { performChange } from '../flows/change-call.js';
export * from '../flows/enrolment.js';
export * from '../flows/sign-in.js';
export type { CodeSet } from '../parts/code-set.js';

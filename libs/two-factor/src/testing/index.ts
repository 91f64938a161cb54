export { twoFactorConformance } from './conformance/conformance.js';
export type {
  ConformanceCall,
  ConformanceCheck,
  ConformanceDriver,
  HostAnswer,
  OtherSignIn,
  ProtectedRoute,
} from './conformance/conformance-driver.js';
export { type Enrolled, enrol } from './enrol.js';
export { type EnrolledOverHttp, type TwoFactorOverHttp, enrolOverHttp } from './enrol-over-http.js';
export { FixedClock } from './fixed-clock.js';
export { Phone } from './phone.js';
export { SoftPasskey, type SoftPasskeyLies, type SoftPasskeyTraits } from './soft-passkey.js';
export type {
  SoftAssertion,
  SoftCreationOptions,
  SoftRegistration,
  SoftRequestOptions,
} from './soft-passkey-json.js';

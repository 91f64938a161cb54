export { type ConformanceCheck, twoFactorConformance } from './conformance/conformance.js';
export type {
  ConformanceCall,
  ConformanceDriver,
  HostAnswer,
  ProtectedRoute,
} from './conformance/conformance-driver.js';
export { type Enrolled, enrol } from './enrol.js';
export { FixedClock } from './fixed-clock.js';
export { Phone } from './phone.js';

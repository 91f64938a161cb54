export { FixedClock } from './fixed-clock.js';
export { Phone } from './phone.js';

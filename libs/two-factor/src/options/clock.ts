/** Where the library takes the time from. Hosts leave it alone; tests move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../options/clock.js';
import type { Enrolled } from './enrol.js';
import { Phone } from './phone.js';

/** Where a running application has the calls of the second factor, and who makes them. */
export interface TwoFactorOverHttp {
  /** As `createTwoFactorController` has its `path`, with all before it: `http://localhost:3000/api/v1/auth/2fa`. */
  readonly url: string;
  /** The headers of a session, signed in just now: `{ authorization: 'Bearer …' }`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Takes the data of an answer out of its envelope. Default: `body.data`, or else the body. */
  unwrap?(body: unknown): unknown;
  /** The clock of the application, if it is not the system's. */
  readonly clock?: Clock;
}

export interface EnrolledOverHttp extends Enrolled {
  /** What the application answered with when the factor was confirmed: its new session, where it gives one. */
  readonly answer: unknown;
}

/**
 * Turns the second factor of the caller on by the calls of a running application: for tests that are about something
 * else, and have no more of it than its address. With the system's clock a phone gives one more fresh code at once; a
 * test that signs in oftener takes backup codes.
 *
 * @throws AssertionError with what the application answered
 */
export async function enrolOverHttp(target: TwoFactorOverHttp): Promise<EnrolledOverHttp> {
  const setup = await post(target, '/setup', {});
  const phone = Phone.of(String(fieldOf(setup, 'otpauthUri')), target.clock ?? systemClock);
  const backupCodes = fieldOf(setup, 'backupCodes');
  const answer = await post(target, '/enable', { code: phone.freshCode() });
  return { phone, backupCodes: Array.isArray(backupCodes) ? backupCodes.map(String) : [], answer };
}

async function post(target: TwoFactorOverHttp, path: string, body: object): Promise<unknown> {
  const { url, headers } = target;
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `POST ${url}${path} answered ${response.status} ${text}`);
  const answer: unknown = JSON.parse(text);
  return target.unwrap === undefined ? dataOf(answer) : target.unwrap(answer);
}

function dataOf(body: unknown): unknown {
  return fieldOf(body, 'data') ?? body;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

import assert from 'node:assert/strict';
import type { HostAnswer } from './conformance-driver.js';

// What is in an answer, whose shape nobody has promised yet.

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export function textOf(value: unknown, name: string): string {
  const text = fieldOf(value, name);
  assert.ok(typeof text === 'string', `The answer has a text called ${name}`);
  return text;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function isGood({ status }: HostAnswer): boolean {
  return status >= 200 && status < 300;
}

/** An answer as an assertion shows it. It may hold the secrets of a user that the suite has made up. */
export function shown({ status, body }: HostAnswer): string {
  return `${status} ${JSON.stringify(body)}`;
}

/** Every text in an answer, however deep. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export function cookiesOf({ headers }: HostAnswer): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');
}

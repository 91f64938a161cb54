import assert from 'node:assert/strict';

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

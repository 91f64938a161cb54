import type { FieldFault } from 'nestjs-two-factor';

/** Deeper than any request is, and far from what overflows the stack of those who walk through it. */
const DEEPEST_LEVEL = 4;

/** What is wrong with a body that is JSON, whatever its route. Its fields are the matter of the validation pipe. */
export function bodyFault(body: unknown): FieldFault | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { field: 'body', message: 'must be an object' };
  }
  const inherited = Object.keys(body).find(isInherited);
  if (inherited !== undefined) {
    return { field: inherited, message: `property ${inherited} should not exist` };
  }
  return isDeeper(body, DEEPEST_LEVEL) ? { field: 'body', message: 'is nested too deeply' } : undefined;
}

/** The pipe leaves such names out without a word, where it refuses every other unknown one. */
function isInherited(name: string): boolean {
  return name in Object.prototype || name === 'prototype';
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

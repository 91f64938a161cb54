import { describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';
import { tagOf, tagsOf } from './secret-tag.js';

const OLD = { id: 'k1', key: Buffer.alloc(32, 1) };
const NEW = { id: 'k2', key: Buffer.alloc(32, 2) };
const ANN = { userId: 'ann', secret: 'A'.repeat(32) };

describe('the tag of a secret', () => {
  const ring = new KeyRing([OLD]);

  it('is the same for the same secret of the same user, and tells nothing of it', () => {
    expect(tagOf(ring, ANN)).toBe(tagOf(ring, { ...ANN }));
    expect(tagOf(ring, ANN)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it.each([
    ['secret', { ...ANN, secret: 'B'.repeat(32) }, OLD],
    ['user', { ...ANN, userId: 'bob' }, OLD],
    ['key', ANN, NEW],
  ])('is another one for another %s', (_, tagged, key) => {
    expect(tagOf(new KeyRing([key]), tagged)).not.toBe(tagOf(ring, ANN));
  });

  it('is made with the first key, and looked for with all of them', () => {
    const rotated = new KeyRing([NEW, OLD]);

    expect(tagOf(rotated, ANN)).toBe(tagOf(new KeyRing([NEW]), ANN));
    expect(tagsOf(rotated, ANN)).toEqual([tagOf(rotated, ANN), tagOf(ring, ANN)]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsersRepository } from '../../src/users/users.repository.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

async function roleOf(person: Person): Promise<unknown> {
  return (await person.call('/auth/me')).data['role'];
}

describe('the role of an account', () => {
  it('is that of a user, until it is given another one', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    expect(await roleOf(ann)).toBe('user');

    const isSet = await app.nest.get(UsersRepository, { strict: false }).setRole(ann.email, 'support');

    expect(isSet).toBe(true);
    // With the token that it had before.
    expect(await roleOf(ann)).toBe('support');
    expect(await roleOf(ben)).toBe('user');
  });

  it('is given to nobody who is not there', async () => {
    const users = app.nest.get(UsersRepository, { strict: false });

    expect(await users.setRole('nobody-here@example.com', 'admin')).toBe(false);
  });

  it('is one of three, whoever writes it', async () => {
    const ann = await aUser(app);

    const written = app.database.query(`UPDATE users SET role = 'root' WHERE id = $1`, [ann.id]);

    await expect(written).rejects.toThrow('users_role');
  });
});

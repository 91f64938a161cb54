import { Controller, Get, Injectable } from '@nestjs/common';
import {
  type HostSession,
  type InSameCommit,
  TwoFactorService,
  createRequireTwoFactor,
} from 'nestjs-two-factor';
import { FixedClock, Phone, enrol } from 'nestjs-two-factor/testing';
import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type SmallApp, SmallHost, TokenGuard, startSmallApp, tokenOf } from './small-host.js';

@Entity('drawn_sessions')
class Session {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'user_id', type: 'text' })
  userId!: string;
}

/** The lines of the README, in a host whose sessions are rows with ids from a sequence. */
@Injectable()
class SerialHost extends SmallHost {
  override prepareSession(): HostSession<EntityManager> {
    let id = 0;
    return {
      id: () => String(id),
      inSameCommit: async (manager, userId) => {
        ({ id } = await manager.save(Session, { userId }));
      },
      answerFor: (userId) => ({ accessToken: tokenOf(userId, String(id), clock.now()) }),
    };
  }

  endSessions(): InSameCommit<EntityManager> {
    return (manager, userId) => manager.delete(Session, { userId });
  }
}

const RequireTwoFactor = createRequireTwoFactor({ host: SerialHost, guards: [TokenGuard] });

@Controller('vault')
class Vault {
  @Get()
  @RequireTwoFactor()
  open(): object {
    return { gold: 7 };
  }
}

const clock = new FixedClock();
let database: TestDatabase;
let app: SmallApp;
let service: TwoFactorService;
beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE drawn_sessions (id serial PRIMARY KEY, user_id text NOT NULL)');
  app = await startSmallApp(database, { host: SerialHost, clock, entities: [Session], controllers: [Vault] });
  service = app.nest.get(TwoFactorService);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

let users = 0;
let userId = '';
beforeEach(() => {
  users += 1;
  userId = `ann${users}`;
  clock.advance({ seconds: 60 });
});

const sessions = (): Promise<{ id: number }[]> =>
  database.query('SELECT id FROM drawn_sessions WHERE user_id = $1 ORDER BY id', [userId]);
const assured = async (): Promise<string[]> => {
  const sql = 'SELECT session_id AS id FROM two_factor_assurances WHERE user_id = $1 ORDER BY 1';
  return (await database.query<{ id: string }>(sql, [userId])).map(({ id }) => id);
};

describe('a session whose id the database draws', () => {
  it('has passed the factor, by that id, from the commit on that makes it', async () => {
    const token = tokenOf(userId, 'before', clock.now());
    const { body: setup } = await call(app.url, '/auth/2fa/setup', { method: 'POST', token });
    const phone = Phone.of(String(setup['otpauthUri']), clock);
    const enabled = await call(app.url, '/auth/2fa/enable', { body: { code: phone.freshCode() }, token });
    const challengeToken = await challengeTokenOf(service, userId);
    const verified = await call(app.url, '/auth/2fa/verify', {
      body: { challengeToken, code: phone.freshCode() },
    });

    const rows = await sessions();
    expect(rows).toHaveLength(2);
    expect(await assured()).toEqual(rows.map(({ id }) => String(id)));
    const opened = [token, enabled.body['accessToken'], verified.body['accessToken']].map((each) =>
      call(app.url, '/vault', { token: String(each) }),
    );
    expect((await Promise.all(opened)).map(({ status }) => status)).toEqual([403, 200, 200]);
  });

  it('is not there after a wrong code, and draws no id for it', async () => {
    const { phone } = await enrol(app.nest, { id: userId, label: userId }, { clock });
    const drawn = 'SELECT last_value FROM drawn_sessions_id_seq';
    const before = await database.query(drawn);
    const challengeToken = await challengeTokenOf(service, userId);

    const answer = await call(app.url, '/auth/2fa/verify', {
      body: { challengeToken, code: phone.wrongCode() },
    });

    expect(answer.status).toBe(422);
    expect(await sessions()).toEqual([]);
    expect(await database.query(drawn)).toEqual(before);
  });

  it.each([
    ['a name that is none', () => 'undefined'],
    ['no name', () => ''],
  ])('opens nothing when the host gives %s for it, and the code works again', async (_, sessionId) => {
    const { phone } = await enrol(app.nest, { id: userId, label: userId }, { clock });
    const code = phone.freshCode();
    const inSameCommit: InSameCommit<EntityManager> = (manager) => manager.save(Session, { userId });
    const complete = async (name: string | (() => string)) => {
      const challengeToken = await challengeTokenOf(service, userId);
      return service.completeSignIn({ challengeToken, proof: { code }, sessionId: name, inSameCommit });
    };

    await expect(complete(sessionId)).rejects.toThrow('is no name of a session');

    expect(await sessions()).toEqual([]);
    expect(await assured()).toEqual(['enrol']);
    await expect(complete('good')).resolves.toMatchObject({ userId });
  });
});

// What every call of the floor needs: its pool, the session that an accepted proof opens, and the tokens of it.
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import pg from 'pg';
import { LIVE_SESSION } from './sql.js';

export const REFRESH_SECONDS = 2_592_000;

export const env = (name: string): string => process.env[name] ?? '';
const jwtSecret = env('JWT_ACCESS_SECRET');
export const pool = new pg.Pool({ connectionString: env('DATABASE_URL'), max: 10 });

export class Refused extends Error {
  constructor(readonly statusCode: number) {
    super('Refused');
  }
}

export async function one<Row extends pg.QueryResultRow>(
  name: string,
  text: string,
  values: unknown[],
): Promise<Row> {
  const {
    rows: [row],
  } = await pool.query<Row>({ name, text, values });
  if (row === undefined) {
    throw new Refused(name === 'session' ? 401 : 422);
  }
  return row;
}

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const signatureOf = (text: string): Buffer => createHmac('sha256', jwtSecret).update(text).digest();
const HEADER = encoded({ alg: 'HS256', typ: 'at+jwt' });

export function tokensOf(userId: string, sessionId: string, refreshToken: string, now: Date): object {
  const iat = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: 'nestjs-two-factor',
    aud: 'saas-api',
    sub: userId,
    sid: sessionId,
    iat,
    exp: iat + 900,
  };
  const signed = `${HEADER}.${encoded(claims)}`;
  return {
    accessToken: `${signed}.${signatureOf(signed).toString('base64url')}`,
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: 900,
  };
}

export async function sessionOf({ headers }: FastifyRequest): Promise<{ id: string; email: string }> {
  const [header = '', payload = '', signature = ''] = (headers.authorization ?? '').slice(7).split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(`${header}.${payload}`);
  if (header !== HEADER || given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new Refused(401);
  }
  const claims: { sid: string; exp: number } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const now = new Date();
  if (claims.exp * 1000 <= now.getTime()) {
    throw new Refused(401);
  }
  return one('session', LIVE_SESSION, [claims.sid, now]);
}

export interface Opening {
  readonly tokens: object;
  readonly values: (token: Buffer | null, method: string, event: string) => unknown[];
}

export function opening(userId: string, now: Date): Opening {
  const [sessionId, refreshToken] = [randomUUID(), randomBytes(32).toString('base64url')];
  const expiresAt = new Date(now.getTime() + REFRESH_SECONDS * 1000);
  return {
    tokens: tokensOf(userId, sessionId, refreshToken, now),
    values: (token, method, event) => [
      now,
      userId,
      token,
      method,
      event,
      sessionId,
      sha256(refreshToken),
      expiresAt,
    ],
  };
}

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as aMoment } from 'node:timers/promises';
import { generateSecret, generateURI, verify } from 'otplib';
import { toDataURL } from 'qrcode';

/** A second factor as tutorials write it, with the faults that the conformance suite is there to find. */
export interface NaiveHost {
  readonly url: string;
  close(): Promise<void>;
}

interface Account {
  readonly id: string;
  readonly label: string;
  secret: string;
  backupCodes: string[];
  isEnabled: boolean;
}

type Fields = Readonly<Record<string, string | undefined>>;

export async function startNaiveHost(): Promise<NaiveHost> {
  const accounts = new Map<string, Account>();
  const byLabel = new Map<string, Account>();

  const matches = async (account: Account, { code = '', backupCode }: Fields): Promise<boolean> => {
    if (backupCode !== undefined) {
      // Read, then write: whoever comes in between has the same code once more.
      const isThere = account.backupCodes.includes(backupCode);
      await aMoment();
      account.backupCodes = account.backupCodes.filter((unspent) => unspent !== backupCode);
      return isThere;
    }
    // No mark of what was used, and no count of what was wrong.
    return (await verify({ secret: account.secret, token: code, epochTolerance: 30 })).valid;
  };

  const answer = async (path: string, token: string, fields: Fields): Promise<[number, object]> => {
    if (path === '/login') {
      const { label = '' } = fields;
      const account = byLabel.get(label) ?? {
        id: randomUUID(),
        label,
        secret: '',
        backupCodes: [],
        isEnabled: false,
      };
      byLabel.set(label, account);
      accounts.set(account.id, account);
      // One and the same token, half a sign-in or a whole one.
      return [200, account.isEnabled ? { challengeToken: account.id } : { accessToken: account.id }];
    }
    const account = accounts.get(path === '/auth/2fa/verify' ? (fields['challengeToken'] ?? '') : token);
    if (account === undefined) {
      return [401, { message: 'Unauthorized' }];
    }
    const asksForCode = /verify|enable|disable/.test(path) && fields['backupCode'] === undefined;
    if (asksForCode && !(typeof fields['code'] === 'string' && /^[0-9]{6}$/.test(fields['code']))) {
      return [400, { code: 'VALIDATION_FAILED' }];
    }
    switch (path) {
      case '/auth/2fa/setup': {
        account.secret = generateSecret();
        account.backupCodes = Array.from({ length: 10 }, () => randomBytes(5).toString('hex'));
        const otpauthUri = generateURI({ issuer: 'Naive', label: account.label, secret: account.secret });
        const uri = `${otpauthUri}&algorithm=SHA1&digits=6&period=30`;
        return [
          200,
          {
            secret: account.secret,
            backupCodes: account.backupCodes,
            otpauthUri: uri,
            qrCodeUri: await toDataURL(uri),
          },
        ];
      }
      case '/auth/2fa/enable':
      case '/auth/2fa/verify':
      case '/auth/2fa/disable':
        if (!(await matches(account, fields))) {
          return [401, { code: 'TWO_FACTOR_CODE_INVALID' }];
        }
        account.isEnabled = path !== '/auth/2fa/disable';
        return [200, { accessToken: account.id }];
      default:
        return [200, { id: account.id }];
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const [status, body] = await answer(request.url ?? '', token, await fieldsOf(request)).catch(
      (): [number, object] => [500, { message: 'Internal server error' }],
    );
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function fieldsOf(request: IncomingMessage): Promise<Fields> {
  const body = await text(request);
  return body === '' ? {} : (JSON.parse(body) as Fields);
}

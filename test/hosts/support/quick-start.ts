import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../../libs/two-factor/README.md', import.meta.url), 'utf8');
const BLOCKS = Array.from(README.matchAll(/```ts\n(.*?)```/gs), ([, code = '']) => code);

/** What the README takes for granted: somebody who is signed in, and a service that opens sessions. */
const STAND_INS = {
  'auth/auth.service.ts': `export class AuthService {
  async openSession(userId: number, id: string): Promise<{ accessToken: string }> {
    return { accessToken: [userId, id].join('.') };
  }
}
`,
  'auth/jwt.guard.ts': `import type { CanActivate, ExecutionContext } from '@nestjs/common';

export interface SignedInRequest {
  user: { id: number; email: string; sessionId: string; signedInAt: Date };
}

export class JwtGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const user = { id: 1, email: 'ann@example.com', sessionId: 'one', signedInAt: new Date() };
    context.switchToHttp().getRequest<SignedInRequest>().user = user;
    return true;
  }
}
`,
};

/**
 * The files of an application that has nothing but the lines of the README, as they stand there.
 *
 * @param adapter what the block of its adapter has in it: `pgDatabase(`
 */
export function quickStartFiles(adapter: string): Readonly<Record<string, string>> {
  const lines = blockWith(adapter).split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const entry = lines.filter((line) => !line.startsWith('import '));
  return {
    ...STAND_INS,
    'auth/two-factor.ts': blockWith('// auth/two-factor.ts\n'),
    'quick-start.ts': `import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
${imports.join('\n')}
import { AuthService } from './auth/auth.service.js';
import { AppTwoFactorHost, TwoFactorController } from './auth/two-factor.js';

@Module({
  imports: [${entry.join('\n')}],
  controllers: [TwoFactorController],
  providers: [AuthService, AppTwoFactorHost],
})
class AppModule {}

${LISTENS}`,
  };
}

const LISTENS = `const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
console.log('listening at ' + (await app.getUrl()));
`;

/** The same without the library: with the host's own way to its database, once used. */
export function bareFiles({
  imports,
  opens,
}: {
  readonly imports: string;
  readonly opens: string;
}): Readonly<Record<string, string>> {
  return {
    'bare.ts': `import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
${imports}

@Module({})
class AppModule {}

${opens}
${LISTENS}`,
  };
}

function blockWith(text: string): string {
  const block = BLOCKS.find((code) => code.includes(text));
  if (block === undefined) {
    throw new Error(`The README has no block with ${text}`);
  }
  return block;
}

import 'reflect-metadata';
import { type INestApplication, applyDecorators } from '@nestjs/common';
import {
  ApiProperty,
  ApiResponse,
  ApiTags,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { TWO_FACTOR_SCHEMAS, createTwoFactorController } from 'nestjs-two-factor';
import { type ApiOptions, apiErrors, twoFactorApi } from 'nestjs-two-factor/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PlainGuard, PlainHost, startPlainApp } from './support/plain-app.js';

class SessionAnswer {
  @ApiProperty({ type: String })
  accessToken!: string;
}

class ProblemAnswer {
  @ApiProperty({ type: String })
  problem!: string;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a document, looked into by name
type Operation = Readonly<Record<string, any>>;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** The document of a plain application that says this of itself. */
async function documentOf(
  options: ApiOptions<keyof typeof TWO_FACTOR_SCHEMAS> | undefined,
  version = '3.0.0',
): Promise<OpenAPIObject> {
  const TwoFactorController = createTwoFactorController({
    path: 'auth/2fa',
    host: PlainHost,
    guards: [PlainGuard],
    classDecorators: [ApiTags('second factor')],
    decorators: twoFactorApi(options),
  });
  let document: OpenAPIObject | undefined;
  const prepare = (nest: INestApplication): void => {
    const config = new DocumentBuilder().setOpenAPIVersion(version).addBearerAuth().build();
    document = SwaggerModule.createDocument(nest, config);
  };
  const app = await startPlainApp(database, {
    platform: 'express',
    controllers: [TwoFactorController],
    prepare,
  });
  await app.close();
  return document!;
}

function operationsOf({ paths }: OpenAPIObject): ReadonlyMap<string, Operation> {
  return new Map(
    Object.entries(paths)
      .filter(([path]) => path.startsWith('/auth/2fa'))
      .flatMap(([path, methods]) =>
        Object.entries(methods as Record<string, Operation>).map(
          ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
        ),
      ),
  );
}

const answerOf = (operation: Operation | undefined): unknown =>
  operation?.responses['200'].content['application/json'].schema;

describe('a host that says nothing of itself', () => {
  let document: OpenAPIObject;
  let operations: ReadonlyMap<string, Operation>;
  beforeAll(async () => {
    document = await documentOf(undefined);
    operations = operationsOf(document);
  });

  it('has every route with a name that a client can be generated from', () => {
    const names = Array.from(operations, ([route, { operationId }]) => [route, operationId as unknown]);

    expect(Object.fromEntries(names)).toEqual({
      'GET /auth/2fa': 'getTwoFactorStatus',
      'POST /auth/2fa/setup': 'setUpTwoFactor',
      'POST /auth/2fa/enable': 'enableTwoFactor',
      'POST /auth/2fa/verify': 'verifyTwoFactor',
      'POST /auth/2fa/backup-codes': 'regenerateBackupCodes',
      'POST /auth/2fa/disable': 'disableTwoFactor',
      'GET /auth/2fa/events': 'listTwoFactorEvents',
    });
  });

  it('has a body, an answer and the refusals of each, by reference to what is there', () => {
    const schemas = document.components?.schemas ?? {};
    const references = Array.from(JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g));

    for (const [route, operation] of operations) {
      const { requestBody, responses, summary, tags } = operation;
      expect({ route, hasBody: requestBody !== undefined }).toEqual({
        route,
        hasBody: route.startsWith('POST'),
      });
      expect(summary).not.toBe('');
      expect(tags).toContain('second factor');
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '503']));
      expect(JSON.stringify(answerOf(operation))).toMatch(/"#\/components\/schemas\/\w+Answer"/);
    }
    expect(references.flatMap(([, name = '']) => (name in schemas ? [] : [name]))).toEqual([]);
  });

  it('has a list where it answers with one', () => {
    expect(answerOf(operations.get('GET /auth/2fa/events'))).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/SecurityEventAnswer' },
    });
  });

  it('asks for a token everywhere but where there is none yet', () => {
    const open = Array.from(operations).filter(([, { security }]) => security === undefined);

    expect(open.map(([route]) => route)).toEqual(['POST /auth/2fa/verify']);
  });

  it('has the properties of each schema, and those that may be null as version 3.0 has them', () => {
    const schemas = document.components!.schemas as Record<string, Operation>;
    const { properties, required } = schemas['StatusAnswer']!;

    expect(Object.keys(properties)).toEqual(Object.keys(TWO_FACTOR_SCHEMAS.status.answer.properties));
    expect(required).toEqual(TWO_FACTOR_SCHEMAS.status.answer.required);
    expect(properties.enabledAt).toEqual({ type: 'string', format: 'date-time', nullable: true });
    expect(document.components?.schemas?.['SetupRequest']).not.toHaveProperty('required');
    expect(JSON.stringify(document)).not.toContain('one-time-code');
  });

  it('says the codes of its refusals by status, in the shape that Nest gives them', () => {
    const { responses } = operations.get('POST /auth/2fa/verify') ?? {};

    expect(responses).toMatchObject({
      400: { description: 'VALIDATION_FAILED' },
      401: { description: 'TWO_FACTOR_CHALLENGE_INVALID' },
      422: {
        description: 'TWO_FACTOR_CODE_INVALID, TWO_FACTOR_PASSKEY_INVALID',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/TwoFactorErrorAnswer' } } },
      },
      429: { description: 'TWO_FACTOR_LOCKED' },
    });
  });

  it('has null as a type where the document is of version 3.1', async () => {
    const { components } = await documentOf(undefined, '3.1.0');

    expect(components?.schemas?.['StatusAnswer']).toMatchObject({
      properties: { enabledAt: { type: ['string', 'null'], format: 'date-time' } },
    });
  });
});

describe('a host that wraps what it says', () => {
  it('says so in one place: envelope, session, refusals, operation ids', async () => {
    const document = await documentOf({
      session: SessionAnswer,
      envelope: (result) => ({ type: 'object', required: ['result'], properties: { result } }),
      errors: (codes, { isGuarded }) =>
        applyDecorators(
          apiErrors(codes, ProblemAnswer),
          ...(isGuarded ? [ApiResponse({ status: 418, description: 'MY_OWN', type: ProblemAnswer })] : []),
        ),
      operations: { verify: { operationId: 'finish-login', answer: 'Welcome' } },
    });
    const operations = operationsOf(document);
    const verify = operations.get('POST /auth/2fa/verify');

    expect(answerOf(verify)).toEqual({
      type: 'object',
      required: ['result'],
      properties: {
        result: {
          oneOf: [
            { $ref: '#/components/schemas/VerifyAnswer' },
            { $ref: '#/components/schemas/EnrolmentRequiredAnswer' },
          ],
        },
      },
    });
    expect(verify).toMatchObject({
      operationId: 'finish-login',
      summary: 'Complete a sign-in with a one-time code, a passkey or a backup code',
      responses: { 200: { description: 'Welcome' } },
    });
    expect(Object.keys(verify?.responses)).not.toContain('418');
    expect(operations.get('GET /auth/2fa')?.responses['418']).toMatchObject({ description: 'MY_OWN' });
    const schemas = document.components?.schemas as Record<string, Operation>;
    for (const name of ['EnableAnswer', 'VerifyAnswer']) {
      expect(schemas[name]?.['required']).toContain('accessToken');
    }
    expect(schemas['DisableAnswer']?.['properties']).not.toHaveProperty('accessToken');
    expect(schemas).toHaveProperty('ProblemAnswer');
    expect(schemas).not.toHaveProperty('TwoFactorErrorAnswer');
  });

  it('does not change what another one says', async () => {
    const { components } = await documentOf(undefined);

    expect(components?.schemas?.['VerifyAnswer']).not.toMatchObject({
      properties: { accessToken: expect.anything() },
    });
  });
});

import { applyDecorators, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
  getSchemaPath,
} from '@nestjs/swagger';
import type { AuthenticatorMethod } from 'nestjs-two-factor';
import type { ApiSchemaObject } from 'nestjs-two-factor/swagger';
import { ERRORS, type ErrorCode } from './errors/error-codes.js';

class FieldFaultAnswer {
  @ApiProperty({ type: String })
  field!: string;

  @ApiProperty({ type: String })
  message!: string;
}

class ReauthenticationNeedAnswer {
  @ApiProperty({
    type: String,
    enum: ['password_missing', 'password_wrong', 'sign_in_again'],
    description: 'With `sign_in_again` nothing that is sent along will do.',
  })
  reason!: string;

  @ApiProperty({
    type: String,
    isArray: true,
    enum: ['password'],
    description: 'By what the same call can be made again.',
  })
  methods!: string[];
}

/** A method more does not compile until it is documented. */
const AUTHENTICATORS: Readonly<Record<AuthenticatorMethod, true>> = { passkey: true, totp: true };

class StepUpDemandAnswer {
  @ApiPropertyOptional({
    type: 'integer',
    description: 'How old the proof may be. Without it any that counts will do.',
  })
  maxAgeSeconds?: number;

  @ApiProperty({
    type: String,
    isArray: true,
    enum: Object.keys(AUTHENTICATORS),
    description: 'By which of them.',
    minItems: 1,
  })
  methods!: string[];
}

class PolicyReasonAnswer {
  @ApiProperty({ type: String, description: 'Whose rule it is.' })
  scope!: string;

  @ApiProperty({ type: String, enum: ['required', 'methods', 'graceDays', 'enforceFrom'] })
  field!: string;
}

/** Every error, whatever its status. */
export class ErrorAnswer {
  @ApiProperty({ type: Number })
  statusCode!: number;

  @ApiProperty({ type: String })
  error!: string;

  @ApiProperty({ type: String, enum: Object.keys(ERRORS), description: 'Contract: branch on this.' })
  code!: ErrorCode;

  @ApiProperty({ type: String, description: 'For people; may change.' })
  message!: string;

  @ApiProperty({ type: String })
  requestId!: string;

  @ApiPropertyOptional({
    type: 'array',
    items: {
      oneOf: [FieldFaultAnswer, ReauthenticationNeedAnswer, StepUpDemandAnswer, PolicyReasonAnswer].map(
        (detail) => ({
          $ref: getSchemaPath(detail),
        }),
      ),
    },
    description:
      'With VALIDATION_FAILED the faulty fields; with AUTH_REAUTHENTICATION_REQUIRED and TWO_FACTOR_STEP_UP_REQUIRED ' +
      'what is needed; with TWO_FACTOR_ENROLMENT_REQUIRED and TWO_FACTOR_REQUIRED_BY_POLICY whose policy wants it.',
  })
  details?: (FieldFaultAnswer | ReauthenticationNeedAnswer | StepUpDemandAnswer | PolicyReasonAnswer)[];
}

/** Documents a success: `{ "data": … }` with one of the classes, or a list of one. */
export function ApiData(
  answers: readonly Type[],
  {
    status = 200,
    description = 'OK',
    isArray = false,
  }: { status?: number; description?: string; isArray?: boolean } = {},
): MethodDecorator & ClassDecorator {
  const references = answers.map((answer) => ({ $ref: getSchemaPath(answer) }));
  const [first = {}] = references;
  const one = references.length === 1 ? first : { oneOf: references };
  const data = isArray ? { type: 'array' as const, items: one } : one;
  return applyDecorators(
    ApiExtraModels(...answers),
    ApiResponse({ status, description, schema: dataOf(data) }),
  );
}

/** The envelope of every success. */
export function dataOf(data: ApiSchemaObject): ApiSchemaObject {
  return { type: 'object', required: ['data'], properties: { data } };
}

/** Documents the errors of a route, by code; what every route can answer is added to them. */
export function ApiErrors(...codes: readonly ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...codes, 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] as const)) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(
      ErrorAnswer,
      FieldFaultAnswer,
      ReauthenticationNeedAnswer,
      StepUpDemandAnswer,
      PolicyReasonAnswer,
    ),
    ...[...byStatus].map(([status, list]) =>
      ApiResponse({ status, description: list.join(', '), type: ErrorAnswer }),
    ),
  );
}

export const BODY_ERRORS = ['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const;
export const TOKEN_ERRORS = ['AUTH_TOKEN_EXPIRED', 'AUTH_TOKEN_INVALID', 'AUTH_TOKEN_MISSING'] as const;

/** Makes the document from the code. */
export function createOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('saas-openapi')
    .setVersion('1.0.0')
    .setDescription('Accounts, sessions and the second factor.')
    // Where the document is read, whatever port that is. The other one is the specification's.
    .addServer('/')
    .addServer('//localhost:8080')
    .addBearerAuth()
    .build();
  // Each operation has the tags it says, and not the name of its class as well.
  const document = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) {
      if (typeof operation === 'object' && 'responses' in operation && !Array.isArray(operation)) {
        // What asks for no token says so: left out, it would say nothing.
        operation.security ??= [];
      }
    }
  }
  return document;
}

/** Serves the document at `/openapi.json` and a reader for it at `/docs`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'nestjs-two-factor API',
  });
}

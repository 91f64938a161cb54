import { type Type, applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  type ApiResponseOptions,
  getSchemaPath,
} from '@nestjs/swagger';
import type { TwoFactorErrorCode } from '../errors/two-factor.errors.js';
import type { ObjectSchema } from '../http/schemas/json-schema.js';
import type { RouteSchemas } from '../http/schemas/route-schemas.js';
import { apiErrors } from './errors.js';
import { modelOf } from './models.js';

/** A schema as `@nestjs/swagger` takes it. */
export type ApiSchemaObject = Extract<ApiResponseOptions, { readonly schema: unknown }>['schema'];

/** What may refuse a proof. */
export const PROOF_ERRORS = [
  'TWO_FACTOR_CODE_INVALID',
  'TWO_FACTOR_PASSKEY_INVALID',
  'TWO_FACTOR_SECRET_UNREADABLE',
  'TWO_FACTOR_LOCKED',
] as const;

/** What may refuse a change of factors. */
export const CHANGE_ERRORS = [
  ...PROOF_ERRORS,
  'AUTH_TOKEN_INVALID',
  'AUTH_REAUTHENTICATION_REQUIRED',
  'TWO_FACTOR_FROZEN',
] as const;

/** What is said of a route in a document. */
export interface OperationTexts {
  /** The name of the function in generated clients. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** What a good answer means. */
  readonly answer: string;
}

/** All that is known of a route beside its schemas. */
export interface Operation extends OperationTexts {
  /** The library's codes, but for those that every route has, or every route with a body. */
  readonly errors: readonly TwoFactorErrorCode[];
  /** Whether it is called before there is a session. */
  readonly isOpen?: boolean;
  /** Whether the host's session is part of its answer. */
  readonly opensSession?: boolean;
}

export interface ApiOptions<Route extends string> {
  /** What `answerFor` gives, as a class of the host's with `@ApiProperty()`: it becomes part of two answers. Default: not documented. */
  readonly session?: Type;
  /** How the host wraps a good answer. Default: not at all. */
  readonly envelope?: (data: ApiSchemaObject) => ApiSchemaObject;
  /**
   * Documents the refusals of a route; the host adds its own codes. Default: the library's codes, in the shape that
   * Nest's own filter gives them; `(codes) => apiErrors(codes, HostError)` for another shape.
   */
  readonly errors?: (
    codes: readonly TwoFactorErrorCode[],
    route: { readonly isGuarded: boolean; readonly hasBody: boolean },
  ) => MethodDecorator;
  /** What a guarded route asks for. Default: `ApiBearerAuth()`. */
  readonly authentication?: MethodDecorator;
  /** Other words for single routes, or other operation ids. */
  readonly operations?: Partial<Record<Route, Partial<OperationTexts>>>;
}

/** The decorator of one route: its operation, its body, its answer and its refusals. */
export function documentedBy<Route extends string>(
  { request, answer, instead }: RouteSchemas,
  { errors: own, isOpen = false, opensSession = false, ...texts }: Operation,
  {
    session,
    envelope = (data) => data,
    errors = (codes) => apiErrors(codes),
    authentication = ApiBearerAuth(),
    texts: changed = {},
  }: Omit<ApiOptions<Route>, 'operations'> & { readonly texts?: Partial<OperationTexts> | undefined },
): MethodDecorator {
  const { operationId, summary, description, answer: meaning } = { ...texts, ...changed };
  const { schema, models } = schemaOf({ answer, instead }, opensSession ? session : undefined);
  const hasBody = request !== undefined;
  const codes = [
    ...(hasBody ? (['VALIDATION_FAILED'] as const) : []),
    ...own,
    'SERVICE_UNAVAILABLE',
  ] as const;
  return applyDecorators(
    ApiOperation({ operationId, summary, ...(description === undefined ? {} : { description }) }),
    ...(isOpen ? [] : [authentication]),
    ...(hasBody ? [ApiBody({ type: modelOf(request), required: request.required.length > 0 })] : []),
    ApiExtraModels(...models),
    ApiResponse({ status: 200, description: meaning, schema: envelope(schema) }),
    errors(codes, { isGuarded: !isOpen, hasBody }),
  );
}

function schemaOf(
  { answer, instead }: Pick<RouteSchemas, 'answer'> & { readonly instead: ObjectSchema | undefined },
  session: Type | undefined,
): { readonly schema: ApiSchemaObject; readonly models: readonly Type[] } {
  const item = answer.type === 'array' ? answer.items : answer;
  if (item.type !== 'object') {
    throw new Error('An answer is an object, or a list of objects');
  }
  const model = modelOf(item, session);
  const reference = { $ref: getSchemaPath(model) };
  if (instead !== undefined) {
    const other = modelOf(instead);
    return { schema: { oneOf: [reference, { $ref: getSchemaPath(other) }] }, models: [model, other] };
  }
  return {
    schema: answer.type === 'array' ? { type: 'array', items: reference } : reference,
    models: [model],
  };
}

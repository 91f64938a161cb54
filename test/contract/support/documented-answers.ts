import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Answer } from '../../support/client.js';

interface OperationObject {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface ResponseObject {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** Holds real answers to the OpenAPI document: their status, their type, and every property they have. */
export class DocumentedAnswers {
  /** What has been seen: `operationId status`. */
  readonly seen = new Set<string>();
  readonly #operations: ReadonlyMap<string, OperationObject>;
  readonly #schemas: object;
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });

  constructor(document: OpenAPIObject) {
    this.#ajv.addVocabulary(['example']);
    ajvFormats.default(this.#ajv);
    this.#operations = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]));
    this.#schemas = Object.fromEntries(
      Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => [name, closed(schema)]),
    );
  }

  get operations(): readonly OperationObject[] {
    return [...this.#operations.values()];
  }

  /** What the document does not say of an answer; empty when it says all of it. */
  faultsOf(operationId: string, { status, headers, text, body }: Answer): string[] {
    const operation = this.#operations.get(operationId);
    if (operation === undefined) {
      return [`there is no operation ${operationId}`];
    }
    const response = operation.responses[String(status)];
    if (response === undefined) {
      return [`${operationId} does not document the status ${status}: ${text}`];
    }
    this.seen.add(`${operationId} ${status}`);
    const schema = response.content?.['application/json']?.schema;
    if (schema === undefined) {
      return text === '' ? [] : [`${operationId} documents no content for ${status}`];
    }
    const code = 'code' in body ? String(body['code']) : undefined;
    if (code !== undefined && !response.description.split(', ').includes(code)) {
      return [`${operationId} does not document ${code} for ${status}`];
    }
    const type = headers.get('content-type') ?? '';
    const validate = this.#validatorOf(`${operationId} ${status}`, schema);
    const isValid = type.startsWith('application/json') && validate(body);
    return isValid
      ? []
      : [
          `${operationId} ${status} ${type}: ${this.#ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`,
        ];
  }

  #validatorOf(key: string, schema: object): ValidateFunction {
    const validator =
      this.#validators.get(key) ?? this.#ajv.compile({ ...closed(schema), $defs: this.#schemas });
    this.#validators.set(key, validator);
    return validator;
  }
}

export function operationsOf({ paths }: OpenAPIObject): OperationObject[] {
  return Object.values(paths).flatMap((path) => Object.values(path as Record<string, OperationObject>));
}

/** A schema in which every object has the documented properties and no other, for a validator by itself. */
function closed(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/'), (_, value) =>
    typeof value === 'object' && value !== null && value.type === 'object' && 'properties' in value
      ? { ...value, additionalProperties: false }
      : value,
  ) as object;
}

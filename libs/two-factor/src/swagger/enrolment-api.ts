import { ENROLMENT_SCHEMAS, type EnrolmentRoute } from '../http/schemas/enrolment.schemas.js';
import { ENROLMENT_OPERATIONS } from './enrolment.operations.js';
import { type ApiOptions, documentedBy } from './operation.js';

/** Documents the routes of `createEnrolmentController` for `@nestjs/swagger`: its `decorators`, ready made. */
export function enrolmentApi({ operations = {}, ...options }: ApiOptions<EnrolmentRoute> = {}): Record<
  EnrolmentRoute,
  readonly MethodDecorator[]
> {
  const documented = (route: EnrolmentRoute): readonly MethodDecorator[] => [
    documentedBy(ENROLMENT_SCHEMAS[route], ENROLMENT_OPERATIONS[route], {
      ...options,
      texts: operations[route],
    }),
  ];
  return {
    enrolSetup: documented('enrolSetup'),
    enrolEnable: documented('enrolEnable'),
    enrolPasskeyOptions: documented('enrolPasskeyOptions'),
    enrolPasskey: documented('enrolPasskey'),
  };
}

import { type SignInTexts, type Texts, allErrors } from '../texts.js';

/** What a sign-in can be answered with. */
export const signInErrors: SignInTexts['errors'] = {
  TWO_FACTOR_CODE_INVALID: 'Ese código no ha funcionado.',
  TWO_FACTOR_PASSKEY_INVALID: 'Esa llave de acceso no ha funcionado. Es posible intentarlo otra vez.',
  TWO_FACTOR_PASSKEY_NOT_ALLOWED: 'Este servicio no admite llaves de acceso de este tipo.',
  TWO_FACTOR_CHALLENGE_INVALID:
    'El inicio de sesión ha tardado demasiado o ha necesitado demasiados intentos. Hay que introducir de nuevo la contraseña.',
  TWO_FACTOR_LOCKED: 'Demasiados códigos incorrectos. Hay que esperar un poco antes de volver a intentarlo.',
  VALIDATION_FAILED: 'Alguno de los datos introducidos no es correcto. Conviene revisarlos.',
  TWO_FACTOR_SECRET_UNREADABLE:
    'En este momento no podemos comprobar la aplicación de autenticación. Se puede usar un código de respaldo; conviene avisar al servicio de asistencia.',
  TWO_FACTOR_SESSION_FAILED:
    'El código era correcto, pero no hemos podido iniciar la sesión. Hay que iniciar sesión otra vez.',
  SERVICE_UNAVAILABLE:
    'El servicio no está disponible en este momento. No se ha perdido nada: basta con intentarlo dentro de poco.',
  PAYLOAD_TOO_LARGE: 'Es demasiado largo. Conviene revisar los datos introducidos.',
  UNSUPPORTED_MEDIA_TYPE: 'El servicio no ha entendido la solicitud. Conviene intentarlo más tarde.',
  RATE_LIMITED: 'Demasiadas solicitudes. Hay que esperar un poco.',
  INTERNAL_ERROR: 'Algo ha fallado por nuestra parte. Es posible intentarlo de nuevo en un momento.',
  PASSKEY_CANCELLED:
    'No se ha recibido ninguna llave de acceso. Puede que se haya cancelado, que haya tardado demasiado o que la llave no esté en este dispositivo. Es posible intentarlo otra vez o elegir otra opción.',
  PASSKEY_UNAVAILABLE:
    'Este navegador no ha podido usar aquí una llave de acceso. Conviene probar con otro navegador o dispositivo.',
  OFFLINE: 'Sin conexión. Hay que comprobar la red e intentarlo de nuevo; no se ha perdido nada.',
  UNEXPECTED: 'No hemos entendido la respuesta. Es posible intentarlo de nuevo en un momento.',
};

export const errors: Texts['errors'] = /* @__PURE__ */ allErrors(signInErrors, {
  NOT_FOUND: 'El servicio no conoce esta página. Conviene intentarlo más tarde.',
  METHOD_NOT_ALLOWED: 'El servicio no conoce esta solicitud. Conviene intentarlo más tarde.',
  TWO_FACTOR_ALREADY_ENABLED: 'El segundo paso ya está activado. Hay que volver a cargar la página.',
  TWO_FACTOR_NOT_ENABLED: 'El segundo paso ya no está activado. Hay que volver a cargar la página.',
  TWO_FACTOR_SETUP_NOT_PENDING: 'Este código QR ya no es válido. Hay que empezar de nuevo para obtener otro.',
  TWO_FACTOR_TOO_MANY_AUTHENTICATORS:
    'No se pueden añadir más. Primero hay que eliminar alguno que ya no haga falta.',
  TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS:
    'Esta cuenta tiene varias aplicaciones de autenticación. Hay que elegir cuál se sustituye.',
  TWO_FACTOR_LAST_AUTHENTICATOR: 'Es el último elemento. Para eliminarlo hay que desactivar el segundo paso.',
  TWO_FACTOR_AUTHENTICATOR_UNKNOWN: 'Este elemento ya no existe. Hay que volver a cargar la página.',
  TWO_FACTOR_PASSKEY_KNOWN:
    'La cuenta ya tiene esta llave de acceso. Hay que elegir otro dispositivo u otra llave de seguridad, o cancelar.',
  AUTH_REAUTHENTICATION_REQUIRED:
    'La sesión se inició hace un rato. Para continuar hay que introducir la contraseña.',
  TWO_FACTOR_REQUIRED: 'Esto requiere la autenticación en dos pasos. Primero hay que activarla.',
  TWO_FACTOR_FROZEN:
    'Todo se detuvo mediante el enlace de un aviso, así que durante un día no se puede cambiar nada. Es posible iniciar sesión como siempre.',
  TWO_FACTOR_ENROLMENT_REQUIRED:
    'La organización exige la autenticación en dos pasos. Primero hay que configurarla.',
  TWO_FACTOR_REQUIRED_BY_POLICY:
    'La organización lo exige. Primero hay que configurar otra opción o consultar a la administración.',
  TWO_FACTOR_STEP_UP_REQUIRED: 'Es necesario confirmar la identidad una vez más.',
  TWO_FACTOR_RESET_UNKNOWN: 'Ese restablecimiento ya no existe. Conviene recargar la página.',
  TWO_FACTOR_RESET_OPEN: 'Ya hay un restablecimiento abierto para esta cuenta.',
  TWO_FACTOR_RESET_CLOSED: 'Ya se ha aprobado o ha terminado. Conviene recargar la página.',
  TWO_FACTOR_RESET_OTHER_PERSON: 'Tiene que hacerlo otra persona: ni el titular ni quien lo ha solicitado.',
  TWO_FACTOR_RESET_CODE_INVALID:
    'Ese código no ha funcionado: puede estar mal escrito, ser prematuro o ya no ser válido.',
  AUTH_ROLE_REQUIRED: 'Esta cuenta no tiene permiso para hacerlo.',
  AUTH_TOKEN_MISSING: 'No hay ninguna sesión iniciada.',
  AUTH_TOKEN_INVALID: 'La sesión ha terminado. Hay que iniciar sesión otra vez.',
  AUTH_TOKEN_EXPIRED: 'La sesión ha caducado. Hay que iniciar sesión otra vez.',
  AUTH_CREDENTIALS_INVALID: 'El correo electrónico o la contraseña no es correcto.',
  AUTH_EMAIL_TAKEN: 'Ya existe una cuenta con este correo electrónico. Es posible iniciar sesión con ella.',
});

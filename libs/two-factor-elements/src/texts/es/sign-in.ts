import type { Texts } from '../texts.js';
import { countedBy } from '../plurals.js';

const counted = countedBy('es');

export const challenge: Texts['challenge'] = {
  title: 'Introducir el código del teléfono',
  text: 'Hay que abrir la aplicación de autenticación y escribir los seis dígitos que muestra para esta cuenta.',
  passkeyTitle: 'Usar la llave de acceso',
  passkeyText:
    'La confirmación se hace con el dispositivo, el gestor de contraseñas o la llave de seguridad que se añadió a esta cuenta.',
  passkeySubmit: 'Usar llave de acceso',
  backupTitle: 'Introducir un código de respaldo',
  backupText:
    'Uno de los códigos que se guardaron al activar la autenticación en dos pasos. Cada uno sirve una vez.',
  submit: 'Iniciar sesión',
  expiredTitle: 'Este inicio de sesión ha caducado',
  expiredText: 'Ha tardado demasiado. Para continuar hay que introducir de nuevo la contraseña.',
  usedUpText:
    'Ha habido demasiados códigos incorrectos. Para continuar hay que introducir de nuevo la contraseña.',
  endedText: 'Ya no es válido. Para continuar hay que introducir de nuevo la contraseña.',
  restart: 'Volver a la contraseña',
  otherAccount: 'Usar otra cuenta',
  lostAll:
    '¿Sin teléfono, llave de acceso ni códigos de respaldo? Entonces solo puede ayudar la asistencia de este servicio.',
  trust: (days) =>
    counted(days, {
      one: 'No volver a preguntar en este dispositivo durante un día',
      other: `No volver a preguntar en este dispositivo durante ${days} días`,
    }),
  trustHint: 'Aquí bastará entonces la contraseña. Solo para un dispositivo que no use nadie más.',
};

export const proof: Texts['proof'] = {
  replaceTitle: 'Sustituir el teléfono',
  replaceText:
    'Primero es necesario confirmar la identidad. Si ya no hay teléfono, se puede usar un código de respaldo.',
  replaceSubmit: 'Continuar',
  codesTitle: 'Obtener nuevos códigos de respaldo',
  codesText:
    'Se generan diez códigos nuevos y los anteriores dejan de funcionar. Es necesario confirmar la identidad.',
  codesSubmit: 'Obtener códigos nuevos',
  disableTitle: '¿Desactivar la autenticación en dos pasos?',
  disableText:
    'La cuenta quedará protegida solo por la contraseña, y los códigos de respaldo dejarán de funcionar. Es necesario confirmar la identidad.',
  disableSubmit: 'Desactivar',
  addText:
    'Primero es necesario confirmar la identidad. Si no hay nada más a mano, se puede usar un código de respaldo.',
  withoutPasskey: '¿Sin llave de acceso a mano? Añadir primero otra con un código de respaldo',
  withoutPhone: '¿Sin teléfono? Sustituirlo primero con un código de respaldo',
};

export const form: Texts['form'] = {
  code: 'Código de seis dígitos',
  codeHint: 'De la aplicación de autenticación',
  codeMalformed: 'El código tiene seis dígitos.',
  backupCode: 'Código de respaldo',
  backupCodeHint: 'Tres grupos de cinco; no importan las mayúsculas ni los guiones',
  backupCodeMalformed: 'Un código de respaldo tiene tres grupos de cinco letras y dígitos.',
  password: 'Contraseña',
  passwordHint: 'La sesión se inició hace un rato, por eso la pedimos otra vez.',
  passwordWrong: 'Esa contraseña no es correcta.',
  useBackupCode: 'Usar un código de respaldo',
  usePasskey: 'Usar una llave de acceso',
  passkeyHint: 'El navegador pide la huella, la cara, el PIN o la llave de seguridad.',
  noPasskeys:
    'Este navegador no puede usar aquí la llave de acceso. Hay que usar otro navegador o dispositivo, u otra opción.',
  useCode: 'Usar un código del teléfono',
  locked: (time) =>
    `Demasiados intentos fallidos. Para proteger la cuenta, habrá que esperar ${time} antes de volver a intentarlo.`,
  limited: (time) => `Demasiadas solicitudes. Habrá que esperar ${time} antes de volver a intentarlo.`,
  lockOver: 'Ya es posible volver a intentarlo.',
  codeRefusedHint:
    'Cada código sirve solo una vez: si se acaba de usar, hay que esperar a que la aplicación muestre el siguiente. Si ese tampoco funciona, conviene activar la hora automática en el teléfono.',
  backupCodeRefusedHint:
    'Cada código de respaldo sirve solo una vez, y los códigos nuevos sustituyen a los anteriores.',
};

export const stepUp: Texts['stepUp'] = {
  title: 'Confirmar la identidad',
  text: 'Esta acción requiere el segundo paso una vez más.',
  submit: 'Confirmar',
  lackTitle: 'Esto requiere algo más',
  lackPasskey:
    'Solo se puede confirmar con una llave de acceso, y la cuenta no tiene ninguna. Se puede añadir en la configuración de seguridad.',
  lackAny:
    'La cuenta no tiene nada con que confirmarlo. La autenticación en dos pasos se activa en la configuración de seguridad.',
  close: 'Cerrar',
};

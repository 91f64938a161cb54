import type { Texts } from '../texts.js';
import { countedBy } from '../plurals.js';

const counted = countedBy('es');

export const common: Texts['common'] = {
  loading: 'Cargando…',
  tryAgain: 'Reintentar',
  cancel: 'Cancelar',
  back: 'Atrás',
  working: 'Un momento…',
  retryIn: (time) => `Nuevo intento en ${time}`,
  requestId: (id) => `Solicitud ${id}`,
  signInAgain:
    'La sesión se inició hace un rato. Hay que cerrarla, volver a iniciarla y hacer esto justo después.',
  frozenUntil: (moment) =>
    `Todo se detuvo mediante el enlace de un aviso, así que no se puede cambiar nada hasta: ${moment}. Es posible iniciar sesión como siempre.`,
};

export const settings: Texts['settings'] = {
  title: 'Autenticación en dos pasos',
  on: 'Activada',
  off: 'Desactivada',
  offText:
    'Una contraseña se puede adivinar o robar. Con un segundo paso, para iniciar sesión también hace falta un código del teléfono o una llave de acceso.',
  turnOn: 'Activar',
  turnOnWithPasskey: 'Usar una llave de acceso',
  pendingText:
    'La activación se inició pero no se terminó, así que no ha cambiado nada. Si ya se escaneó un código QR, conviene borrar esa entrada de la aplicación: al activar se obtiene otro.',
  onSince: (date) => `Desde el ${date}`,
  replace: 'Sustituir teléfono',
  backupCodes: 'Códigos de respaldo',
  codesLeft: (remaining, total) =>
    counted(remaining, { one: `Queda ${remaining} de ${total}`, other: `Quedan ${remaining} de ${total}` }),
  codesFew: (remaining) =>
    remaining === 0
      ? 'No queda ningún código de respaldo. Sin el teléfono o la llave de acceso no sería posible iniciar sesión. Conviene obtener códigos nuevos ahora.'
      : counted(remaining, {
          one: 'Solo queda un código de respaldo. Conviene obtener códigos nuevos antes de que hagan falta.',
          other: `Solo quedan ${remaining} códigos de respaldo. Conviene obtener códigos nuevos antes de que hagan falta.`,
        }),
  newCodes: 'Nuevos códigos',
  turnOff: 'Desactivar',
  recoveryTitle: 'Sesión iniciada con un código de respaldo',
  recoveryText: (time) =>
    `Si se ha perdido el teléfono, este es el momento de sustituirlo. No hace falta un segundo código hasta las ${time}.`,
  recoveryStart: 'Sustituir teléfono perdido',
  unsavedTitle: 'Puede que los códigos de respaldo no estén guardados',
  unsavedText:
    'No se llegó a confirmar que estuvieran a salvo, y no podemos volver a mostrarlos. Es posible obtener diez nuevos; los anteriores dejarán de funcionar.',
  getNewCodes: 'Obtener códigos nuevos',
  savedAlready: 'Ya están guardados',
  signedOutTitle: 'La sesión ha terminado',
  signedOutText: 'Para ver y cambiar la configuración de seguridad hay que iniciar sesión otra vez.',
  signIn: 'Volver a iniciar sesión',
  failedTitle: 'No se ha podido cargar',
};

export const authenticators: Texts['authenticators'] = {
  types: { totp: 'Aplicación de autenticación', passkey: 'Llave de acceso' },
  lastUsed: (date) => `último uso: ${date}`,
  neverUsed: 'sin usar todavía',
  change: 'Cambiar',
  changeNamed: (name) => `Cambiar ${name}`,
  addApp: 'Añadir aplicación',
  addPasskey: 'Añadir llave de acceso',
  noPasskeysHere: 'Para añadir una llave de acceso hay que abrir esta página en un navegador que las admita.',
  name: 'Nombre',
  nameHint: 'Nadie más lo ve.',
  nameOptionalHint: 'Por ejemplo, «Teléfono del trabajo». Nadie más lo ve, y puede quedar vacío.',
  nameMissing: 'Hay que introducir un nombre.',
  rename: 'Guardar nombre',
  lastText:
    'Es el único de la cuenta. Para prescindir de él hay que desactivar la autenticación en dos pasos.',
  remove: 'Eliminar',
  removeTitle: (name) => `¿Eliminar «${name}»?`,
  removeText:
    'Después ya no servirá para iniciar sesión; los demás y los códigos de respaldo se mantienen. Es necesario confirmar la identidad.',
  chooseTitle: '¿Cuál se sustituye?',
  chooseText: 'Sigue funcionando hasta que se confirme el nuevo. Los demás no cambian.',
  addAppTitle: 'Añadir una aplicación de autenticación',
  addAppText: 'Un segundo teléfono o tableta, además de lo que ya hay. Los códigos de respaldo se mantienen.',
  next: 'Continuar',
  addPasskeyTitle: 'Añadir una llave de acceso',
  addPasskeyText:
    'La guarda este dispositivo, el teléfono, un gestor de contraseñas o una llave de seguridad, y ninguna página puede obtenerla con engaños.',
  createPasskey: 'Crear llave de acceso',
};

export const done: Texts['done'] = {
  enabledByPasskey:
    'La autenticación en dos pasos está activada. A partir de ahora, para iniciar sesión también hace falta la llave de acceso.',
  appAdded: 'La otra aplicación está configurada. Sirven los códigos de cualquiera de ellas.',
  passkeyAdded:
    'La llave de acceso está añadida. A partir de ahora, al iniciar sesión se pide primero una llave de acceso.',
  renamed: (name) => `Ahora se llama «${name}».`,
  removed: (name) => `«${name}» se ha eliminado.`,
  enabled:
    'La autenticación en dos pasos está activada. A partir de ahora, para iniciar sesión también hace falta el teléfono.',
  replaced: 'El teléfono nuevo está configurado. Los códigos del anterior ya no funcionan.',
  codesDrawn: 'Los nuevos códigos de respaldo están listos. Los anteriores ya no funcionan.',
  disabled:
    'La autenticación en dos pasos está desactivada. Ya es posible borrar la entrada de la aplicación.',
};

export const trustedDevices: Texts['trustedDevices'] = {
  title: 'Dispositivos de confianza',
  text: 'En ellos basta la contraseña para iniciar sesión, hasta la fecha indicada.',
  thisDevice: 'este dispositivo',
  lastUsed: (date) => `último inicio de sesión: ${date}`,
  until: (date) => `hasta el ${date}`,
  remove: 'Dejar de confiar',
  removeNamed: (name) => `Dejar de confiar en ${name}`,
  removeAll: 'Dejar de confiar en todos',
  removed: 'A partir de ahora, ese dispositivo volverá a pedir el segundo paso.',
  removedAll: 'A partir de ahora, todos los dispositivos volverán a pedir el segundo paso.',
};

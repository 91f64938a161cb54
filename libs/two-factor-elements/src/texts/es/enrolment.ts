import type { Texts } from '../texts.js';

export const steps: Texts['steps'] = {
  label: 'Tres pasos',
  scan: 'Escanear',
  confirm: 'Confirmar',
  save: 'Guardar',
};

export const scan: Texts['scan'] = {
  title: 'Escanear con la aplicación de autenticación',
  replaceTitle: 'Escanear con el teléfono nuevo',
  text: 'En el teléfono: abrir una aplicación de autenticación, añadir una cuenta y apuntar aquí con la cámara. Sirve cualquier aplicación.',
  replaceText: 'El teléfono anterior sigue funcionando hasta que se confirme el nuevo.',
  staleText: 'Si ya se escaneó antes un código QR, conviene borrar primero esa entrada de la aplicación.',
  qrAlt:
    'Código QR para la aplicación de autenticación. Si no es posible escanearlo, se puede usar la clave que aparece debajo.',
  openApp: 'Abrir la aplicación de autenticación',
  keyLabel: '¿No es posible escanear? Introducir esta clave',
  copyKey: 'Copiar clave',
  next: 'Siguiente',
  expiredTitle: 'Ha pasado demasiado tiempo',
  elsewhereTitle: 'Configuración reiniciada en otro lugar',
  elsewhereText:
    'En otra pestaña de este navegador se ha vuelto a iniciar la configuración de un teléfono, por lo que el código QR de esta página ya no sirve. Es posible continuar en esa pestaña o empezar de nuevo aquí.',
  startAgain: 'Empezar de nuevo',
};

export const confirm: Texts['confirm'] = {
  title: 'Introducir el código de la aplicación',
  text: 'La aplicación muestra ahora seis dígitos. Con ellos se comprueba que el escaneo ha funcionado.',
  submit: 'Confirmar',
  refusedHint:
    'Si la aplicación tiene varias entradas para esta cuenta, hay que usar la más reciente. Si sigue sin funcionar, conviene activar la hora automática en el teléfono.',
};

export const save: Texts['save'] = {
  title: 'Guardar los códigos de respaldo',
  text: 'Cada uno de estos códigos permite iniciar sesión una vez sin el teléfono. Deben guardarse en un lugar accesible incluso si se pierde el teléfono.',
  oldDead: 'Los códigos anteriores ya no funcionan.',
  maybeText:
    'La conexión se interrumpió mientras se confirmaba el teléfono. Lo más probable es que haya quedado activado: conviene guardar estos códigos antes de volver a iniciar sesión. Si al iniciar sesión no se pide ningún código, hay que desecharlos y empezar de nuevo.',
  listLabel: 'Códigos de respaldo',
  copy: 'Copiar',
  copied: 'Copiado',
  copyFailed: 'No se ha podido copiar. Es posible seleccionar el texto y copiarlo a mano.',
  download: 'Descargar',
  print: 'Imprimir',
  proveLabel: 'Últimos cinco caracteres de uno de los códigos',
  proveHint: 'Escribirlos a partir de la copia guardada demuestra que los códigos están a salvo.',
  proveMatches: 'Coincide. Todo en orden.',
  proveWrong: 'Ningún código termina así.',
  saidSafe: 'Están impresos o guardados en otro sitio',
  saidSafeHint:
    'Desde aquí no se puede comprobar. Si faltan cuando falte el teléfono o la llave de acceso, ya no será posible iniciar sesión.',
  done: 'Listo',
  fileName: 'codigos-de-respaldo',
  fileTitle: 'Códigos de respaldo',
  fileService: 'Servicio',
  fileAccount: 'Cuenta',
  fileSet: 'Serie',
  fileSetValue: (date, count) => `${count} códigos del ${date}; los anteriores ya no funcionan`,
  fileNote: 'Cada código sirve una vez, en lugar de un código del teléfono.',
};

export const enrolment: Texts['enrolment'] = {
  title: 'Configurar un segundo paso para continuar',
  text: 'La organización lo exige. Lleva un minuto, y la sesión se inicia justo después.',
  recoveryTitle: 'Configurar un nuevo segundo paso',
  recoveryText:
    'Sustituye a lo que se ha perdido: una vez confirmado, el teléfono, las llaves de acceso y los códigos de respaldo anteriores dejan de funcionar. La sesión se inicia justo después.',
  useApp: 'Usar una aplicación de autenticación',
  usePasskey: 'Usar una llave de acceso',
  due: (date) =>
    `La organización exige un segundo paso. Debe configurarse a más tardar el ${date}; después no será posible iniciar sesión sin él.`,
  duePasskey: (date) =>
    `La organización exige una llave de acceso. Debe añadirse a más tardar el ${date}; después no será posible iniciar sesión sin ella.`,
};

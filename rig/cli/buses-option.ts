/** `--bus` of the commands that listen: one interface or several. */

export const BUSES = {
  string: true,
  array: true,
  demandOption: true,
  describe: "Interfaces, such as can0",
} as const;

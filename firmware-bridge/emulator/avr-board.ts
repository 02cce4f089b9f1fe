/**
 * The power-switch board in an AVR emulator: the committed hex runs on an ATmega328P of avr8js, in
 * step with the machine's clock; what it switches is read from the registers of its pins. A reset
 * by the watchdog builds the processor anew, since avr8js resets neither peripherals nor pending
 * events.
 *
 * Does not model: relays and what they switch, brown-out, baud rates that don't match.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  AVRADC,
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  AVRWatchdog,
  adcConfig,
  avrInstruction,
  CPU,
  clockConfig,
  EEPROMMemoryBackend,
  portDConfig,
  timer0Config,
  usart0Config,
  watchdogConfig,
} from "avr8js";

const HEX = createRequire(import.meta.url).resolve("#power-hex");
const CLOCK_HZ = 16_000_000;
const SLICE_MS = 2;
/** A host that was busy for longer than this makes the board's time stand still meanwhile. */
const LAG_MAX_MS = 50;
const MCUSR = 0x54;
const POWER_ON = 0x01;
const WATCHDOG = 0x08;
const SLEEP = 0x9588;

/** Words of the program memory from an Intel HEX text. */
export function readHex(text: string): Uint16Array {
  const bytes = new Uint8Array(0x8000).fill(0xff);
  for (const line of text.split("\n")) {
    if (!line.startsWith(":") || line.slice(7, 9) !== "00") continue;
    const at = Number.parseInt(line.slice(3, 7), 16);
    bytes.set(Buffer.from(line.slice(9, 9 + 2 * Number.parseInt(line.slice(1, 3), 16)), "hex"), at);
  }
  return new Uint16Array(bytes.buffer);
}

interface Chip {
  readonly cpu: CPU;
  readonly uart: AVRUSART;
  readonly port: AVRIOPort;
  /** It waits for an interrupt: the time until the next event is passed over. */
  isAsleep: boolean;
}

export class AvrBoard {
  readonly eeprom = new EEPROMMemoryBackend(1024);
  /** Volts at the analog inputs A0 to A5. */
  readonly inputs: number[] = [0, 0, 0, 0, 0, 0];
  /** What the board sent, byte by byte. */
  onByte: (byte: number) => void = () => undefined;
  /** Called with the levels of port D (bit 2 is channel 1) whenever they change. */
  onLevels: (levels: number) => void = () => undefined;
  readonly #program = readHex(readFileSync(HEX, "latin1"));
  readonly #incoming: number[] = [];
  #chip: Chip | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastMs = 0;
  restarts = 0;

  /** Puts the supply on. Idempotent. */
  start(): void {
    if (this.#chip !== null) return;
    this.#chip = this.#build(POWER_ON);
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#catchUp(), SLICE_MS);
  }

  /** Takes the supply away. Idempotent. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#chip = null;
    this.#incoming.length = 0;
    this.onLevels(0);
  }

  /** As it is put into the EEPROM of a board; to be called before its start. */
  setSerial(serial: number): void {
    for (let at = 0; at < 4; at++) this.eeprom.writeMemory(4 + at, (serial >>> (8 * at)) & 0xff);
  }

  /** As the reset line does it. */
  reset(): void {
    if (this.#chip !== null) this.#chip = this.#build(0x02);
  }

  /** Bytes for the board's receiver. */
  write(bytes: Uint8Array): void {
    if (this.#chip !== null) this.#incoming.push(...bytes);
  }

  /** The register of port D; 0 without a supply. Its direction register is `directions`. */
  get levels(): number {
    return this.#chip?.cpu.data[portDConfig.PORT] ?? 0;
  }

  get directions(): number {
    return this.#chip?.cpu.data[portDConfig.DDR] ?? 0;
  }

  /** Of channel 1 and up. */
  isHigh(channel: number): boolean {
    return ((this.levels >> (channel + 1)) & 1) === 1;
  }

  #build(cause: number): Chip {
    this.restarts += 1;
    const cpu = new CPU(this.#program, 2048);
    const port = new AVRIOPort(cpu, portDConfig);
    port.addListener((value) => this.onLevels(value));
    const uart = new AVRUSART(cpu, usart0Config, CLOCK_HZ);
    uart.onByteTransmit = (byte) => this.onByte(byte);
    new AVRTimer(cpu, timer0Config);
    // Read at each conversion.
    Object.assign(new AVRADC(cpu, adcConfig), { channelValues: this.inputs });
    new AVREEPROM(cpu, this.eeprom);
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, CLOCK_HZ, clockConfig));
    cpu.data[MCUSR] = cause;
    cpu.reset = () => {
      this.#chip = this.#build(WATCHDOG);
    };
    return { cpu, uart, port, isAsleep: false };
  }

  #catchUp(): void {
    const nowMs = performance.now();
    const spentMs = Math.min(nowMs - this.#lastMs, LAG_MAX_MS);
    this.#lastMs = nowMs;
    let left = (spentMs * CLOCK_HZ) / 1000;
    while (left > 0 && this.#chip !== null) left = this.#run(this.#chip, left);
  }

  /** Until the cycles are spent or the processor was built anew; returns what is left of them. */
  #run(chip: Chip, cycles: number): number {
    const { cpu, uart } = chip;
    const end = cpu.cycles + cycles;
    while (cpu.cycles < end) {
      if (chip.isAsleep) cpu.cycles = Math.max(cpu.cycles, Math.min(end, nextEventOf(cpu)));
      else {
        chip.isAsleep = cpu.progMem[cpu.pc] === SLEEP;
        avrInstruction(cpu);
      }
      if (cpu.nextInterrupt >= 0) chip.isAsleep = false;
      cpu.tick();
      if (this.#chip !== chip) return end - cpu.cycles;
      const next = this.#incoming[0];
      // Only when the byte before was read: the receiver of avr8js has room for one.
      if (next === undefined || uart.rxBusy || (cpu.data[usart0Config.UCSRA] ?? 0) & 0x80) continue;
      if (uart.writeByte(next) === true) this.#incoming.shift();
    }
    return 0;
  }
}

/** avr8js keeps it to itself. */
function nextEventOf(cpu: CPU): number {
  const { nextClockEvent } = cpu as unknown as { nextClockEvent: { cycles: number } | null };
  return nextClockEvent?.cycles ?? Number.POSITIVE_INFINITY;
}

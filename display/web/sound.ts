// Chime and voice of a display. The chime is made by WebAudio; the voice is spoken only by a voice
// on this computer, never one that would send the text out (invariant 10).

import { signal } from "@preact/signals";

/** Whether the browser lets this page sound; a kiosk-mode browser does from the start. */
export const sound_allowed = signal(true);

let context: AudioContext | null = null;

function audio(): AudioContext | null {
  if (context === null && typeof AudioContext !== "undefined") {
    context = new AudioContext();
    context.onstatechange = () => noteState();
  }
  noteState();
  return context;
}

function noteState(): void {
  sound_allowed.value = context === null || context.state === "running";
}

/** Prepares the sound; a touch or a key allows it where the browser waits for one. */
export function prepareSound(): void {
  const wake = () => void audio()?.resume().then(noteState);
  audio();
  window.addEventListener("pointerdown", wake);
  window.addEventListener("keydown", wake);
  // Asking once makes browsers load their list of voices.
  if ("speechSynthesis" in window) speechSynthesis.getVoices();
}

/** Two soft notes; resolves when they have faded. */
export function chime(): Promise<void> {
  const player = audio();
  if (player === null || player.state !== "running") return Promise.resolve();
  const start_s = player.currentTime + 0.02;
  note(player, 783.99, start_s);
  note(player, 622.25, start_s + 0.45);
  return new Promise((resolve) => setTimeout(resolve, 1_200));
}

function note(player: AudioContext, frequency: number, start_s: number): void {
  const tone = player.createOscillator();
  const volume = player.createGain();
  tone.type = "sine";
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start_s);
  volume.gain.linearRampToValueAtTime(0.4, start_s + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start_s + 0.75);
  tone.connect(volume).connect(player.destination);
  tone.start(start_s);
  tone.stop(start_s + 0.8);
}

/** Speaks Japanese when a local voice can; resolves when it has finished or cannot. */
export function speak(text: string): Promise<void> {
  if (!("speechSynthesis" in window)) return Promise.resolve();
  const voice = speechSynthesis
    .getVoices()
    .find((one) => one.localService && one.lang.toLowerCase().startsWith("ja"));
  if (voice === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.95;
    utterance.onend = () => resolve();
    utterance.onerror = () => resolve();
    speechSynthesis.speak(utterance);
  });
}

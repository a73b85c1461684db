/** A sign that reaches somebody who does not look: sound and vibration, where allowed. */

const TONES = [
  [660, 0],
  [880, 0.18],
];
const GAIN = 0.2;
const LASTS_SECONDS = 0.35;

/** @type {AudioContext | null} */
let sound = null;

/** To be called by a tap: browsers let nothing else make a sound possible. */
export function allowSound() {
  if (!("AudioContext" in window)) return;
  sound ??= new AudioContext();
  void sound.resume();
}

/** Lets me hear and feel that I am marked. */
export function signalMark() {
  if ("vibrate" in navigator && navigator.userActivation?.hasBeenActive) {
    navigator.vibrate([120, 80, 240]);
  }
  if (sound?.state !== "running") return;
  for (const [frequency, after] of TONES) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    const begin = sound.currentTime + (after ?? 0);
    tone.frequency.value = frequency ?? 0;
    volume.gain.setValueAtTime(GAIN, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + LASTS_SECONDS);
    tone.connect(volume).connect(sound.destination);
    tone.start(begin);
    tone.stop(begin + LASTS_SECONDS);
  }
}

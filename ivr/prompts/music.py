#!/usr/bin/env python3
"""Writes the music on hold: a slow, soft loop of our own, 8 kHz mono 16-bit. Same bytes on every run.

Eight chords of four seconds; plucked notes over a quiet pad. Everything that still sounds at the end is added at the
beginning, so the loop point is continuous in level and in waveform.
"""
import math
import struct
import sys
import wave

RATE = 8000
BEAT_S = 0.8
BEATS_PER_CHORD = 5
LEVEL_DB = -24.0  # RMS of the whole

# C major, no sharp edges: Cmaj7 Am7 Fmaj7 G6 | Em7 Am7 Dm7 G7sus4. MIDI notes, bass first.
CHORDS = [
    (48, 64, 67, 71, 76), (45, 60, 64, 67, 72), (41, 60, 64, 65, 69), (43, 59, 62, 64, 67),
    (40, 59, 62, 67, 71), (45, 60, 64, 67, 69), (50, 60, 65, 69, 74), (43, 60, 62, 65, 67),
]
# Which chord note is plucked on each half beat; None rests.
PATTERN = [1, None, 2, 3, None, 4, 3, None, 2, None]

LENGTH = round(len(CHORDS) * BEATS_PER_CHORD * BEAT_S * RATE)


def hertz(note):
    return 440.0 * 2 ** ((note - 69) / 12)


def add(out, start, samples):
    for i, value in enumerate(samples):
        out[(start + i) % LENGTH] += value


def pluck(note, loudness):
    """Decaying partials: higher ones softer and shorter, none above 3.4 kHz."""
    length = int(2.4 * RATE)
    partials = [(k, loudness * a, d) for k, a, d in ((1, 1.0, 1.6), (2, 0.35, 2.6), (3, 0.12, 4.0)) if hertz(note) * k < 3400]
    for i in range(length):
        t = i / RATE
        attack = min(1.0, t / 0.012)
        release = min(1.0, (length - i) / (0.2 * RATE))
        value = sum(a * math.exp(-d * t) * math.sin(2 * math.pi * hertz(note) * k * t) for k, a, d in partials)
        yield value * attack * release


def pad(note, loudness, seconds):
    """A tone that swells and fades, slightly detuned against itself."""
    length = int((seconds + 1.2) * RATE)
    for i in range(length):
        t = i / RATE
        swell = math.sin(math.pi * i / length) ** 0.7
        f = hertz(note)
        yield loudness * swell * (math.sin(2 * math.pi * f * t) + 0.8 * math.sin(2 * math.pi * (f + 0.6) * t)) / 1.8


def main(path):
    out = [0.0] * LENGTH
    chord_s = BEATS_PER_CHORD * BEAT_S
    for index, chord in enumerate(CHORDS):
        begin = round(index * chord_s * RATE)
        # The octave above the bass, because a telephone carries little below 300 Hz.
        add(out, begin, pad(chord[0] + 12, 0.30, chord_s))
        for note in chord[1:4]:
            add(out, begin, pad(note, 0.16, chord_s))
        add(out, begin, pluck(chord[0] + 12, 0.5))
        for step, which in enumerate(PATTERN):
            if which is not None:
                add(out, begin + round(step * BEAT_S / 2 * RATE), pluck(chord[which], 0.45 if step % 4 == 0 else 0.33))
    rms = math.sqrt(sum(v * v for v in out) / LENGTH)
    gain = 10 ** (LEVEL_DB / 20) / rms * 32767
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", max(-32767, min(32767, round(v * gain)))) for v in out))


if __name__ == "__main__":
    main(sys.argv[1])

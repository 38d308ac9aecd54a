#!/bin/sh
# Makes the shipped prompts from texts.tsv and the music on hold: 8 kHz mono 16-bit WAV.
# Needs espeak-ng, sox and python3. The results are committed; run this after a change of texts.tsv or music.py.
set -eu
cd "$(dirname "$0")"

VOICE_en=en-us+f3   # of the female variants the one with the least energy above 3 kHz, which a telephone loses
# Not plain "cmn": with the dictionary Debian ships, that one spells syllables in English ("yi one" for 一).
VOICE_zh=cmn-latn-pinyin+f3
PEAK_MAX_DB=-3
LEVEL_DB=-20        # RMS of the speech, without its silences

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')

grep -v '^#' texts.tsv | while IFS="$tab" read -r language name text; do
    [ -n "$text" ] || continue
    mkdir -p "$language"
    eval "voice=\$VOICE_$language"
    # Words that are strung together (digits, numbers) are said a little quicker than sentences.
    # Mandarin syllables carry a pause each; a higher rate makes up for it.
    case $name in digit-* | number-*) speed=160 ;; *) case $language in zh) speed=185 ;; *) speed=148 ;; esac ;; esac
    case $language:$(espeak-ng -v "$voice" -q -x "$text") in
    zh:*"(en)"*) echo "$language/$name: the voice would say it in English" >&2; exit 1 ;;
    esac
    espeak-ng -v "$voice" -s "$speed" -p 48 -g 2 -w "$work/raw.wav" "$text"
    # Band to the telephone's, trim silence at both ends but keep 20 ms so that no consonant is cut.
    sox -D "$work/raw.wav" -r 8000 -c 1 -b 16 "$work/trimmed.wav" gain -6 \
        highpass 120 lowpass 3500 rate -v 8000 \
        silence 1 0.01 -50d reverse silence 1 0.01 -50d fade t 0.01 reverse fade t 0.005 pad 0.02 0.04
    # Gain to the wanted level, less where the peak would go beyond its bound.
    gain=$(sox "$work/trimmed.wav" -n stats 2>&1 | awk -v level="$LEVEL_DB" -v peak="$PEAK_MAX_DB" '
        /^Pk lev dB/ { pk = $4 } /^RMS lev dB/ { rms = $4 }
        END { g = level - rms; if (pk + g > peak) g = peak - pk; printf "%.2f", g }')
    sox -D "$work/trimmed.wav" -b 16 "$language/$name.wav" gain "$gain"
done

mkdir -p music
python3 music.py music/default.wav

package dev.kindling.data.clean;

import dev.kindling.data.signal.SignalValues;

/**
 * What a document is judged by: everything that was measured of its text, and not the text.
 *
 * @param characters Unicode code points
 * @param language an ISO 639-1 code, or {@code und}
 * @param languageScore how sure that is, from 0 to 1
 * @param url where the text was found; null where that is not known
 * @param gibberish why the text is text in form only; null where it is not
 * @param signals of those that rules ask for
 */
record Measures(
    int characters,
    String language,
    double languageScore,
    String url,
    String gibberish,
    SignalValues signals) {}

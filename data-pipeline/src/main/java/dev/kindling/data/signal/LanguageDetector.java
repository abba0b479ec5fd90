package dev.kindling.data.signal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;

/**
 * Says which of about a hundred languages a text is in, by the character n-gram model of Apache
 * OpenNLP, trained on the Leipzig corpora. The model is on the class path and is loaded once per
 * JVM, when the first text is asked about.
 */
public final class LanguageDetector {
  /** Where a text has no or too few letters. */
  public static final String UNKNOWN = "und";

  private static final String MODEL = "/langdetect-183.bin";
  private static final int MAX_SAMPLE = 1_000;
  private static final int MIN_LETTERS = 20;

  // Single languages that have the ISO 639-1 code of the group they are of.
  private static final Map<String, String> OF_GROUPS =
      Map.of("cmn", "zh", "pes", "fa", "ekk", "et", "lvs", "lv", "zlm", "ms", "plt", "mg");

  private static final Map<String, String> TWO_LETTERS = twoLetters();
  private static final ThreadLocal<LanguageDetectorME> DETECTORS =
      ThreadLocal.withInitial(() -> new LanguageDetectorME(Model.LOADED));

  /**
   * A language and how sure the model is of it.
   *
   * @param language an ISO 639-1 code, ISO 639-3 where there is none, or {@link #UNKNOWN}
   * @param score how clear the case is: p / (p + q) for the model's probabilities p of this
   *     language and q of the next other one, so that 0.5 is a toss-up and 1 is certain; 0 of what
   *     is unknown. The model spreads its probability over a hundred languages, so p alone is small
   *     even in plain cases. Thresholds for the scores of fastText do not carry over.
   */
  public record Detection(String language, double score) {}

  private LanguageDetector() {}

  /**
   * The language that the beginning of a text is most likely in: its first {@value #MAX_SAMPLE}
   * UTF-16 units, if {@value #MIN_LETTERS} of them are letters; a Chinese, Japanese or Korean
   * letter counts as two, as it says more.
   */
  public static Detection detect(String text) {
    String sample = sample(text);
    if (sample.codePoints().map(LanguageDetector::weight).sum() < MIN_LETTERS) {
      return new Detection(UNKNOWN, 0);
    }
    Language[] languages = DETECTORS.get().predictLanguages(sample);
    String best = isoCode(languages[0].getLang());
    double probability = languages[0].getConfidence();
    return new Detection(best, probability / (probability + ofNextOther(languages, best)));
  }

  private static int weight(int c) {
    return !Character.isLetter(c) ? 0 : Characters.isCjk(c) ? 2 : 1;
  }

  private static double ofNextOther(Language[] likeliestFirst, String best) {
    return Stream.of(likeliestFirst)
        .filter(language -> !isoCode(language.getLang()).equals(best))
        .mapToDouble(Language::getConfidence)
        .findFirst()
        .orElse(0);
  }

  private static String sample(String text) {
    if (text.length() <= MAX_SAMPLE) {
      return text;
    }
    boolean betweenSurrogates = Character.isLowSurrogate(text.charAt(MAX_SAMPLE));
    return text.substring(0, betweenSurrogates ? MAX_SAMPLE - 1 : MAX_SAMPLE);
  }

  private static String isoCode(String threeLetters) {
    String ofGroup = OF_GROUPS.get(threeLetters);
    return ofGroup != null ? ofGroup : TWO_LETTERS.getOrDefault(threeLetters, threeLetters);
  }

  private static Map<String, String> twoLetters() {
    Map<String, String> codes = new HashMap<>();
    for (String code : Locale.getISOLanguages()) {
      Locale language = Locale.forLanguageTag(code);
      // Not the code itself: some are of old, such as iw for he.
      codes.put(language.getISO3Language(), language.getLanguage());
    }
    return Map.copyOf(codes);
  }

  /** Loaded with the class, which is when the first detector is made. */
  private static final class Model {
    static final LanguageDetectorModel LOADED = load();

    private Model() {}

    private static LanguageDetectorModel load() {
      try (InputStream stream = LanguageDetector.class.getResourceAsStream(MODEL)) {
        if (stream == null) {
          throw new IllegalStateException(MODEL + " of opennlp-models-langdetect is not there");
        }
        return new LanguageDetectorModel(stream);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + MODEL, e);
      }
    }
  }
}

package dev.kindling.model.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ArpaWriterTest {
  /** log10 of 0.25, 0.5, 0.125, 0.75, 0.375 and 0.8125. */
  @Test
  void itWritesWhatSrilmAndKenlmRead() throws IOException {
    assertThat(arpa(TinyNgrams.SHAPE, TinyNgrams.files()))
        .isEqualTo(
            """
            \\data\\
            ngram 1=5
            ngram 2=4
            ngram 3=2

            \\1-grams:
            -99\t<s>\t-0.30103
            -0.60206\t</s>\t0.0
            -0.30103\t1\t-0.22184873
            -0.90309\t2\t0.0
            -0.90309\t3\t0.0

            \\2-grams:
            -0.124938734\t<s> 1\t-0.60206
            -0.42596874\t1 </s>\t0.0
            -0.60206\t1 2\t-0.30103
            -0.30103\t2 1\t0.0

            \\3-grams:
            -0.09017663\t<s> 1 2
            -0.124938734\t1 2 1

            \\end\\
            """);
  }

  @Test
  void withoutATokenThatEndsDocumentsThereAreNoMarkers() throws IOException {
    NgramPartWriter part = new NgramPartWriter(1, false);
    part.add(new int[] {0}, 0.25f, 1);
    part.add(new int[] {1}, 0.75f, 1);
    NgramShape.Order order = new NgramShape.Order(2, 2, 0, Discounts.FALLBACK);
    NgramShape shape = new NgramShape(2, OptionalInt.empty(), List.of(order));

    assertThat(arpa(shape, List.of(List.of(TinyNgrams.bytes(part)))))
        .isEqualTo(
            """
            \\data\\
            ngram 1=2

            \\1-grams:
            -0.60206\t0
            -0.124938734\t1

            \\end\\
            """);
  }

  private static String arpa(NgramShape shape, List<List<byte[]>> files) throws IOException {
    StringWriter out = new StringWriter();
    ArpaWriter writer = new ArpaWriter(shape, out);
    for (int order = 1; order <= shape.order(); order++) {
      writer.beginOrder(order);
      for (byte[] file : files.get(order - 1)) {
        writer.write(order, TinyNgrams.open(shape, order, file));
      }
    }
    writer.finish();
    return out.toString();
  }
}

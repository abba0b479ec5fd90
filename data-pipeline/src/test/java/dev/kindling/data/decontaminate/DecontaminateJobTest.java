package dev.kindling.data.decontaminate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.TestDocuments;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.ReadConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecontaminateJobTest {
  private static final ReadConfig READ = new ReadConfig("line", 4000, 1 << 20);

  private final SparkSession spark = TestDocuments.spark();

  @TempDir private java.nio.file.Path temporary;

  @Test
  void documentsWithTextOfAnEvaluationSetAreRemovedAndTheSetsReported() throws IOException {
    String proverb = words('p', 13);
    List<String> texts =
        new ArrayList<>(
            List.of(
                "About a. " + words('a', 14) + " and so on",
                "About b. " + words('b', 12),
                "About c. " + words('c', 8).toUpperCase(Locale.ROOT) + "!",
                "About d. " + words('d', 7)));
    for (int i = 0; i < 11; i++) {
      texts.add(words((char) ('A' + i), 5) + proverb);
    }
    Path documents = documents(texts);
    String questions =
        write(
            "test.jsonl",
            "{\"id\": \"qa\", \"text\": \"" + words('a', 20) + "\"}",
            "{\"id\": \"qb\", \"text\": \"" + words('b', 20) + "\"}",
            "{\"id\": \"qp\", \"text\": \"" + proverb + "\"}");
    String lines = write("lines.txt", words('c', 8), words('d', 7), words('e', 7));
    Path output = output("fair");

    Manifest manifest = run(ContaminationAction.REJECT, documents, output, questions, lines);

    JsonNode details = manifest.details();
    assertThat(details.path("read").asInt()).isEqualTo(15);
    assertThat(details.path("kept").asInt()).isEqualTo(13);
    assertThat(details.path("rejected").toString()).isEqualTo("{\"contaminated\":2}");
    assertThat(details.path("commonNgrams").asInt()).isEqualTo(1);
    assertThat(details.path("evaluations").toString())
        .isEqualTo(
            ("[{\"path\":\"%s\",\"documents\":3,\"tooShort\":0,\"contaminated\":1},"
                    + "{\"path\":\"%s\",\"documents\":3,\"tooShort\":2,\"contaminated\":1}]")
                .formatted(questions, lines));
    List<Row> rejected = rows(output, "rejected");
    assertThat(rejected).hasSize(2);
    assertThat(rejected.get(0).<String>getAs("id")).isEqualTo("doc-0");
    assertThat(rejected.get(0).<String>getAs("text")).isEqualTo(texts.get(0));
    assertThat(rejected.get(0).<String>getAs("rule")).isEqualTo("contaminated");
    assertThat(rejected.get(0).<String>getAs("reason"))
        .isEqualTo("evaluation document qa of " + questions + " has: " + words('a', 13).strip());
    assertThat(rejected.get(1).<String>getAs("reason")).contains("lines.txt").contains("CA CB");
    assertThat(run(ContaminationAction.REJECT, documents, output, questions, lines))
        .isEqualTo(manifest);
  }

  @Test
  void aPhraseOfTenDocumentsIsNoCommonOne() throws IOException {
    String phrase = words('p', 13);
    Path documents = documents(Collections.nCopies(10, "So: " + phrase));
    Path output = output("fair");

    Manifest manifest =
        run(ContaminationAction.REJECT, documents, output, write("test.txt", phrase));

    assertThat(manifest.details().path("rejected").path("contaminated").asInt()).isEqualTo(10);
    assertThat(manifest.details().path("commonNgrams").asInt()).isZero();
  }

  @Test
  void theTextIsCutOutAndPiecesBecomeDocuments() throws IOException {
    String before = words('x', 200);
    String behind = words('y', 300);
    Path documents =
        documents(
            List.of(
                before + words('a', 13) + behind,
                words('a', 13) + behind,
                words('a', 13) + "short",
                "clean"));
    Path output = output("fair");

    Manifest manifest =
        run(ContaminationAction.CUT, documents, output, write("test.txt", words('a', 13)));

    JsonNode details = manifest.details();
    assertThat(details.path("kept").asInt()).isEqualTo(3);
    assertThat(details.path("cut").asInt()).isEqualTo(2);
    assertThat(details.path("pieces").asInt()).isEqualTo(3);
    assertThat(details.path("rejected").path("contaminated").asInt()).isEqualTo(1);
    List<Row> kept = rows(output, "documents");
    assertThat(kept)
        .extracting(row -> row.<String>getAs("id"))
        .containsExactly("doc-0#1", "doc-0#2", "doc-1", "doc-3");
    assertThat(before).startsWith(kept.get(0).<String>getAs("text"));
    assertThat(behind.strip()).endsWith(kept.get(1).<String>getAs("text"));
    assertThat(kept.get(1).<String>getAs("text")).isEqualTo(kept.get(2).getAs("text"));
    for (Row row : kept) {
      assertThat(row.<Integer>getAs("characters")).isEqualTo(row.<String>getAs("text").length());
    }
  }

  @Test
  void whatCannotBeUsedIsSaidOnceAndLeavesNoOutput() throws IOException {
    Path documents = documents(List.of("one"));
    String test = write("test.txt", words('a', 13));

    assertRefused(documents, test, temporary.resolve("nowhere.jsonl").toString())
        .hasMessageContaining("nowhere.jsonl");
    assertRefused(documents, write("qa.jsonl", "{\"question\": \"Why?\"}"))
        .hasMessageContaining("qa.jsonl: records that cannot be read (missing-text: 1)")
        .hasMessageContaining("field text");
    assertRefused(documents, write("short.txt", words('a', 7), "Why?"))
        .hasMessageContaining("short.txt: none of 2 documents is long enough")
        .hasMessageContaining("decontaminate.minNgramSize = 8");
    assertRefused(new Path(temporary.toUri()), test).hasMessageContaining("has no manifest.json");
    assertRefused(documents, documents.toString() + "/..").hasMessageContaining("lies inside");
  }

  @Test
  void aSetThatIsTooLargeIsRefusedWithFigures() throws IOException {
    String test = write("test.txt", words('a', 40), words('b', 13));
    DecontaminateConfig config = config(ContaminationAction.REJECT);

    assertThat(EvaluationSet.read(spark, READ, config, test, 29).numNgrams()).isEqualTo(29);
    assertThatThrownBy(() -> EvaluationSet.read(spark, READ, config, test, 28))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("test.txt has 29 n-grams of 13 words")
        .hasMessageContaining("at most 28 (10000000 in all evaluation sets together");
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Path documents, String... evaluations) throws IOException {
    Path output = output("refused");
    AbstractThrowableAssert<?, ? extends Throwable> refused =
        assertThatThrownBy(() -> run(ContaminationAction.REJECT, documents, output, evaluations))
            .isInstanceOf(InvalidInputException.class);
    assertThat(output.getFileSystem(new Configuration()).exists(output)).isFalse();
    return refused;
  }

  private Manifest run(
      ContaminationAction action, Path documents, Path output, String... evaluations) {
    return DecontaminateJob.run(
        spark, config(action), READ, documents, List.of(evaluations), output);
  }

  private static DecontaminateConfig config(ContaminationAction action) {
    return new DecontaminateConfig(13, 8, 10, action, 200, 200, 10);
  }

  /** Words that begin with a letter, each with a space behind it. */
  private static String words(char letter, int numWords) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < numWords; i++) {
      words.append(letter);
      if (i >= 26) {
        words.append((char) ('a' + i / 26));
      }
      words.append((char) ('a' + i % 26)).append(' ');
    }
    return words.toString();
  }

  private Path documents(List<String> texts) {
    return CleanOutput.write(spark, temporary.resolve("documents"), texts, 2);
  }

  private String write(String name, String... lines) throws IOException {
    java.nio.file.Path file = temporary.resolve(name);
    Files.writeString(file, String.join("\n", lines));
    return file.toString();
  }

  private Path output(String name) {
    return new Path(temporary.resolve(name).toUri());
  }

  /** In the order of ids. */
  private List<Row> rows(Path output, String part) {
    return spark.read().parquet(output + "/" + part).orderBy("id").collectAsList();
  }
}

package dev.kindling.data.shard;

import static dev.kindling.data.CleanOutput.hadoopPath;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.shard.TokenizeConfig.Validation;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerConfig;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.data.tokenizer.TokenizerJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeJobTest {
  private static final TokenizeConfig BY_DOCUMENT =
      new TokenizeConfig(new Validation("document", 0.2), 300, 0, false);
  private static final TokenizeConfig BY_TAIL =
      new TokenizeConfig(new Validation("tail", 0.1), 1_000_000, 0, false);
  private static final TokenizeConfig SENTENCES =
      new TokenizeConfig(new Validation("document", 0.2), 300, 0, true);
  private static final TokenizerConfig BPE = new TokenizerConfig("byte-level-bpe", 300, 2, true);
  private static final TokenizerConfig CHARACTERS = new TokenizerConfig("character", 0, 1, false);

  /** Sixty texts of different lengths, of which one takes more than a shard. */
  private static final List<String> TEXTS =
      IntStream.range(0, 60)
          .mapToObj(
              i -> "Text %d says: ".formatted(i) + "磨坊 and bread. ".repeat(i == 7 ? 90 : i % 9))
          .toList();

  private static SparkSession spark;
  private static Configuration hadoop;

  @TempDir static Path inputs;
  private static org.apache.hadoop.fs.Path documents;
  private static org.apache.hadoop.fs.Path tokenizer;

  @TempDir Path directory;

  @BeforeAll
  static void learnATokenizer() {
    spark = CleanOutput.localSpark();
    hadoop = spark.sparkContext().hadoopConfiguration();
    documents = CleanOutput.write(spark, inputs.resolve("documents"), TEXTS, 2);
    tokenizer = hadoopPath(inputs.resolve("tokenizer"));
    TokenizerJob.run(spark, BPE, documents, tokenizer);
  }

  @Test
  void thePartitioningDoesNotChangeTheBytes() throws IOException {
    TokenizeConfig packed = new TokenizeConfig(new Validation("document", 0.2), 300, 64, false);
    for (TokenizeConfig config : List.of(BY_DOCUMENT, BY_TAIL, packed, SENTENCES)) {
      List<Map<String, String>> outputs = new ArrayList<>();
      for (int numPartitions : new int[] {1, 7}) {
        String name = config.validation().by() + config.packedLength() + config.sentences();
        name += "-" + numPartitions;
        org.apache.hadoop.fs.Path input =
            CleanOutput.write(spark, directory.resolve("in-" + name), TEXTS, numPartitions);
        TokenizeJob.run(spark, config, input, tokenizer, output(name));
        outputs.add(files(directory.resolve(name)));
      }
      assertThat(outputs.get(0)).isEqualTo(outputs.get(1)).hasSizeGreaterThan(4);
    }
  }

  @Test
  void everyDocumentIsInOneSplitOnceAndEndsWithTheSpecialToken() throws IOException {
    TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens"));
    List<String> all = new ArrayList<>(texts("tokens", "train"));
    int numTrain = all.size();
    all.addAll(texts("tokens", "validation"));
    assertThat(all).containsExactlyInAnyOrderElementsOf(TEXTS);
    assertThat(all.size() - numTrain).isBetween(3, 25);
    assertThat(all.subList(0, numTrain)).isNotEqualTo(all.stream().sorted().toList());
  }

  @Test
  void sentencesAreSequencesOfTheirDocumentsWhoseTokensStayTheSame() throws IOException {
    TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("documents"));
    Manifest manifest =
        TokenizeJob.run(spark, SENTENCES, documents, tokenizer, output("sentences"));

    assertThat(manifest.details().path("sentences").asBoolean()).isTrue();
    Tokenizer loaded = TokenizerFile.load(hadoop, tokenizer);
    for (String split : List.of("train", "validation")) {
      int[] ids = read("sentences", split);
      assertThat(ids).isEqualTo(read("documents", split));
      try (TokenSet tokens = TokenSet.open(hadoop, output("sentences"), split)) {
        assertThat(tokens.keepsSentences()).isTrue();
        for (long number = 0; number < tokens.documents().size(); number++) {
          TokenDocuments.Span span = tokens.documents().get(number);
          List<String> found = new ArrayList<>();
          int start = Math.toIntExact(span.start());
          for (int end : tokens.documents().sequenceEnds(span.start(), span.end())) {
            int[] sentence = Arrays.copyOfRange(ids, start, Math.toIntExact(span.start()) + end);
            found.add(loaded.decode(sentence));
            start += sentence.length;
          }
          String text = String.join("", found).replace("<|endoftext|>", "");
          assertThat(TEXTS).contains(text);
          assertThat(found.size()).isEqualTo(Math.max(1, text.split("\\.", -1).length - 1));
          found.subList(0, found.size() - 1).forEach(s -> assertThat(s).endsWith("."));
        }
      }
    }
    for (Manifest.Entry file : manifest.files()) {
      if (file.path().endsWith(".bin")) {
        Path bin = directory.resolve("sentences").resolve(file.path());
        assertThat(lengths(bin).length).isGreaterThan(MegatronReader.documents(bin).size());
      }
    }
  }

  @Test
  void aReaderThatKnowsOnlyMegatronsLayoutFindsTheDocuments() throws IOException {
    Manifest manifest = TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens"));
    Tokenizer loaded = TokenizerFile.load(hadoop, output("tokens"));
    List<String> all = new ArrayList<>();
    for (Manifest.Entry file : manifest.files()) {
      if (file.path().endsWith(".bin")) {
        for (int[] ids :
            MegatronReader.documents(directory.resolve("tokens").resolve(file.path()))) {
          all.add(loaded.decode(ids));
        }
      }
    }
    assertThat(all).containsExactlyInAnyOrderElementsOf(TEXTS);
  }

  @Test
  void packedSequencesHoldWholeDocumentsWhereTheyFit() throws IOException {
    int length = 64;
    TokenizeConfig packed = new TokenizeConfig(new Validation("document", 0.2), 300, length, false);
    Manifest manifest = TokenizeJob.run(spark, packed, documents, tokenizer, output("tokens"));
    TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("plain"));
    Tokenizer loaded = TokenizerFile.load(hadoop, output("tokens"));
    int end = loaded.endOfTextId().orElseThrow();

    List<String> whole = new ArrayList<>();
    int cut = 0;
    long numTokens = 0;
    for (Manifest.Entry file : manifest.files()) {
      if (file.path().startsWith("train") && file.path().endsWith(".bin")) {
        int inSequence = 0;
        for (int[] ids :
            MegatronReader.documents(directory.resolve("tokens").resolve(file.path()))) {
          numTokens += ids.length;
          inSequence += ids.length;
          assertThat(inSequence).isLessThanOrEqualTo(length);
          inSequence %= length;
          if (ids[ids.length - 1] == end) {
            int numEnds = 1;
            while (ids[ids.length - 1 - numEnds] == end) {
              numEnds++;
            }
            whole.add(loaded.decode(Arrays.copyOf(ids, ids.length - numEnds)));
          } else {
            cut++;
            assertThat(ids).hasSize(length);
          }
        }
        assertThat(inSequence).isZero();
      }
    }
    assertThat(numTokens)
        .isEqualTo(manifest.details().at("/splits/train/tokens").asLong())
        .isEqualTo(
            manifest.details().path("fillerTokens").asLong()
                + Manifest.require(hadoop, output("plain"), TokenSet.KIND)
                    .details()
                    .at("/splits/train/tokens")
                    .asLong());
    List<String> fitting =
        texts("plain", "train").stream()
            .filter(text -> loaded.encode(text).length < length)
            .toList();
    assertThat(whole).containsAll(fitting);
    assertThat(fitting).hasSizeGreaterThan(30);
    assertThat(cut).isPositive();
    assertThat(texts("tokens", "validation")).isEqualTo(texts("plain", "validation"));
    try (TokenSet train = TokenSet.open(hadoop, output("tokens"), "train");
        TokenSet validation = TokenSet.open(hadoop, output("tokens"), "validation")) {
      assertThat(train.packedLength()).isEqualTo(length);
      assertThat(validation.packedLength()).isZero();
    }
  }

  @Test
  void packingNeedsATokenThatEndsDocuments() {
    org.apache.hadoop.fs.Path characters = hadoopPath(directory.resolve("characters"));
    TokenizerJob.run(spark, CHARACTERS, documents, characters);
    TokenizeConfig packed = new TokenizeConfig(new Validation("document", 0.2), 300, 64, false);
    assertThatThrownBy(
            () -> TokenizeJob.run(spark, packed, documents, characters, output("tokens")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the tokenizer has no end-of-text token");
  }

  @Test
  void noShardIsLargerThanAskedForUnlessItIsOneDocument() throws IOException {
    Manifest manifest = TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens"));
    int larger = 0;
    for (Manifest.Entry file : manifest.files()) {
      if (file.path().endsWith(".bin") && file.bytes() / 2 > BY_DOCUMENT.shardTokens()) {
        larger++;
        assertThat(lengths(directory.resolve("tokens").resolve(file.path()))).hasSize(1);
      }
    }
    assertThat(larger).isEqualTo(1);
    assertThat(manifest.details().at("/splits/train/shards").asInt()).isGreaterThan(4);
  }

  @Test
  void aSmallLimitCutsBucketsIntoSeveralShards() throws IOException {
    // Equal texts share a bucket, which is more than a shard then.
    List<String> equal = new ArrayList<>(TEXTS);
    IntStream.range(0, 20).forEach(i -> equal.add("the same text again"));
    org.apache.hadoop.fs.Path input =
        CleanOutput.write(spark, directory.resolve("equal"), equal, 3);
    TokenizeConfig config = new TokenizeConfig(new Validation("document", 0.2), 30, 0, false);
    TokenizeJob.run(spark, config, input, tokenizer, output("tokens"));
    List<String> all = new ArrayList<>(texts("tokens", "train"));
    all.addAll(texts("tokens", "validation"));
    assertThat(all).containsExactlyInAnyOrderElementsOf(equal);
  }

  @Test
  void theTailOfOneDocumentIsHeldOutToTheCharacter() throws IOException {
    String text = "bread 磨坊😀 ".repeat(1_000) + "end";
    org.apache.hadoop.fs.Path one =
        CleanOutput.write(spark, directory.resolve("one"), List.of(text), 1);
    org.apache.hadoop.fs.Path characters = learn(CHARACTERS, one, "characters");
    Manifest manifest = TokenizeJob.run(spark, BY_TAIL, one, characters, output("tokens"));
    int numCharacters = text.codePointCount(0, text.length());
    int cut = text.offsetByCodePoints(0, numCharacters * 9 / 10);
    assertThat(texts("tokens", "train")).containsExactly(text.substring(0, cut));
    assertThat(texts("tokens", "validation")).containsExactly(text.substring(cut));
    assertThat(manifest.details().at("/splits/train/tokens").asInt())
        .isEqualTo(numCharacters * 9 / 10);
  }

  @Test
  void theCutOfATailIsExactInDecimal() {
    assertThat(DocumentEncoder.trainCharacters(1_115_394, 0.1)).isEqualTo(1_003_854);
    assertThat(DocumentEncoder.trainCharacters(10, 0.9)).isEqualTo(1);
    assertThat(DocumentEncoder.trainCharacters(10, 0.3)).isEqualTo(7);
    assertThat(DocumentEncoder.trainCharacters(1, 0.1)).isZero();
  }

  @Test
  void theManifestCountsTokensDocumentsAndBytesAndHasTheBaselines() throws IOException {
    Manifest manifest = TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens"));
    long documentCount = 0;
    long byteCount = 0;
    for (String split : List.of("train", "validation")) {
      try (TokenSet tokens = TokenSet.open(hadoop, output("tokens"), split)) {
        assertThat(manifest.details().at("/splits/" + split + "/tokens").asLong())
            .isEqualTo(tokens.numTokens());
      }
      documentCount += manifest.details().at("/splits/" + split + "/documents").asLong();
      byteCount += manifest.details().at("/splits/" + split + "/bytes").asLong();
    }
    assertThat(documentCount).isEqualTo(TEXTS.size());
    assertThat(byteCount).isEqualTo(String.join("", TEXTS).getBytes(StandardCharsets.UTF_8).length);
    int vocabSize = manifest.details().path("vocabSize").asInt();
    assertThat(manifest.details().path("endOfText").asInt()).isEqualTo(vocabSize - 1);
    assertThat(manifest.details().path("uniformLoss").asDouble()).isEqualTo(Math.log(vocabSize));
    assertThat(manifest.details().path("unigramLoss").asDouble())
        .isCloseTo(unigramLoss(vocabSize), within(1e-12));
    assertThat(Files.readAllBytes(directory.resolve("tokens").resolve(TokenizerFile.NAME)))
        .isEqualTo(TokenizerFile.readBytes(hadoop, tokenizer));
    manifest.verify(hadoop, output("tokens"));
  }

  @Test
  void theSameRunAgainReturnsTheSameManifestAndOthersAreRefused() throws IOException {
    Manifest first = TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens"));
    Map<String, String> before = files(directory.resolve("tokens"));
    assertThat(TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens")))
        .hasToString(first.toString());
    assertThatThrownBy(
            () -> TokenizeJob.run(spark, BY_TAIL, documents, tokenizer, output("tokens")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--output");
    assertThat(files(directory.resolve("tokens"))).isEqualTo(before);
  }

  @Test
  void anEmptySplitIsAnErrorThatSaysWhatToChange() {
    org.apache.hadoop.fs.Path two =
        CleanOutput.write(spark, directory.resolve("two"), List.of("one text", "two texts"), 1);
    TokenizeConfig config = new TokenizeConfig(new Validation("document", 1e-9), 1_000, 0, false);
    assertThatThrownBy(() -> TokenizeJob.run(spark, config, two, tokenizer, output("tokens")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("validation split")
        .hasMessageContaining("2 documents")
        .hasMessageContaining("--set tokenize.validation.by=tail");
    assertThat(directory.resolve("tokens")).doesNotExist();
  }

  @Test
  void aCharacterThatTheTokenizerLacksIsAnErrorThatNamesTheDocument() {
    org.apache.hadoop.fs.Path characters = learn(CHARACTERS, documents, "characters");
    List<String> texts = new ArrayList<>(TEXTS);
    texts.add("bread § and");
    org.apache.hadoop.fs.Path more = CleanOutput.write(spark, directory.resolve("more"), texts, 3);
    assertThatThrownBy(
            () -> TokenizeJob.run(spark, BY_DOCUMENT, more, characters, output("tokens")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("document doc-60")
        .hasMessageContaining("U+00A7");
    assertThat(directory.resolve("tokens")).doesNotExist();
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    for (TokenizeConfig config :
        List.of(
            new TokenizeConfig(new Validation("line", 0.1), 100, 0, false),
            new TokenizeConfig(new Validation("tail", 0), 100, 0, false),
            new TokenizeConfig(new Validation("tail", Double.NaN), 100, 0, false),
            new TokenizeConfig(new Validation("document", 0.1), 0, 0, false),
            new TokenizeConfig(new Validation("document", 0.1), 100, 1, false),
            new TokenizeConfig(new Validation("document", 0.1), 100, -1, false),
            new TokenizeConfig(new Validation("document", 0.1), 100, 64, true))) {
      assertThatThrownBy(
              () -> TokenizeJob.run(spark, config, documents, tokenizer, output("tokens")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tokenize.");
    }
  }

  @Test
  void aFlippedByteInAnyFileIsFoundAndNamed() throws IOException {
    Manifest manifest = TokenizeJob.run(spark, BY_DOCUMENT, documents, tokenizer, output("tokens"));
    assertThat(TokenShards.verify(spark, output("tokens"))).hasToString(manifest.toString());
    for (String name : List.of("train-00001.bin", "validation-00000.idx", TokenizerFile.NAME)) {
      Path file = directory.resolve("tokens").resolve(name);
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      bad[good.length / 2] ^= 1;
      Files.write(file, bad);
      assertThatThrownBy(() -> TokenShards.verify(spark, output("tokens")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(name);
      Files.write(file, good);
    }
    Files.delete(directory.resolve("tokens").resolve("train-00000.idx"));
    assertThatThrownBy(() -> TokenShards.verify(spark, output("tokens")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("train-00000.idx is missing");
  }

  private org.apache.hadoop.fs.Path learn(
      TokenizerConfig config, org.apache.hadoop.fs.Path input, String name) {
    TokenizerJob.run(spark, config, input, output(name));
    return output(name);
  }

  private org.apache.hadoop.fs.Path output(String name) {
    return hadoopPath(directory.resolve(name));
  }

  private int[] read(String name, String split) {
    try (TokenSet tokens = TokenSet.open(hadoop, output(name), split)) {
      int[] ids = new int[Math.toIntExact(tokens.numTokens())];
      tokens.read(0, ids, 0, ids.length);
      return ids;
    }
  }

  private int[] lengths(Path bin) throws IOException {
    org.apache.hadoop.fs.Path idx = TokenShards.indexOf(hadoopPath(bin));
    FileSystem fs = idx.getFileSystem(hadoop);
    long[] starts = TokenIndex.read(fs, idx, Files.size(bin)).readStarts(fs, idx).sequences();
    return IntStream.range(1, starts.length).map(i -> (int) (starts[i] - starts[i - 1])).toArray();
  }

  /** The texts of a split, in its order, cut where the index cuts. */
  private List<String> texts(String name, String split) throws IOException {
    Tokenizer loaded = TokenizerFile.load(hadoop, output(name));
    int[] ids = read(name, split);
    List<Path> bins;
    try (Stream<Path> files = Files.list(directory.resolve(name))) {
      bins =
          files
              .filter(file -> file.getFileName().toString().matches(split + "-\\d{5}\\.bin"))
              .sorted()
              .toList();
    }
    List<String> texts = new ArrayList<>();
    int position = 0;
    for (Path bin : bins) {
      for (int length : lengths(bin)) {
        int end = position + length;
        if (loaded.endOfTextId().isPresent()) {
          assertThat(ids[end - 1]).isEqualTo(loaded.endOfTextId().getAsInt());
        }
        texts.add(loaded.decode(Arrays.copyOfRange(ids, position, end)));
        position = end;
      }
    }
    assertThat(position).isEqualTo(ids.length);
    return texts;
  }

  private double unigramLoss(int vocabSize) {
    int[] train = read("tokens", "train");
    Map<Integer, Integer> counts = new HashMap<>();
    Arrays.stream(train).forEach(id -> counts.merge(id, 1, Integer::sum));
    return Arrays.stream(read("tokens", "validation"))
        .mapToDouble(
            id ->
                -Math.log((counts.getOrDefault(id, 0) + 1.0) / (train.length + (double) vocabSize)))
        .average()
        .orElseThrow();
  }

  private static Map<String, String> files(Path output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(output)) {
      for (Path path : paths.toList()) {
        String name = path.getFileName().toString();
        if (!name.startsWith(".") && !name.equals(Manifest.NAME)) {
          files.put(name, new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
        }
      }
    }
    return files;
  }
}

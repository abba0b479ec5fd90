package dev.kindling.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Denoising;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.NextSentence;
import dev.kindling.model.objective.SpanCorruption;
import dev.kindling.model.objective.SpecialTokens;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
  @TempDir Path directory;

  @Test
  void everyKeyOfTheDefaultsIsARecordComponentAndTheReverse() {
    ObjectNode defaults = YamlSource.parse("defaults", ConfigLoader.defaultsYaml()).values();

    assertThat(keyPaths(defaults, ""))
        .containsExactlyInAnyOrderElementsOf(componentPaths(RunConfig.class, ""));
  }

  @Test
  void everyValueReachesItsComponent() throws IOException {
    ObjectNode defaults = ConfigTree.write(ConfigLoader.defaults());
    Set<String> changed = new TreeSet<>();

    for (String yaml :
        List.of(
            EVERY_COMMON_VALUE_CHANGED,
            EVERY_VALUE_OF_BERT,
            EVERY_VALUE_OF_T5,
            EVERY_VALUE_OF_BART,
            EVERY_VALUE_OF_NETWORKS)) {
      ObjectNode other = YamlSource.parse("other", yaml).values();
      ObjectNode loaded = ConfigTree.write(load(yaml));
      for (String key : keyPaths(other, "")) {
        String pointer = "/" + key.replace('.', '/');
        assertThat(loaded.at(pointer).asText()).as(key).isEqualTo(other.at(pointer).asText());
        if (!loaded.at(pointer).equals(defaults.at(pointer))) {
          changed.add(key);
        }
      }
    }

    assertThat(changed).containsExactlyInAnyOrderElementsOf(keyPaths(defaults, ""));
  }

  @Test
  void theResolvedConfigurationReadsBackEqual() throws IOException {
    RunConfig config =
        load("generate: {prompt: \"a: b\\n'c' 007\"}\nclean: {languages: [en, \"no\"]}");

    assertThat(load(config.toYaml())).isEqualTo(config);
  }

  @Test
  void aFileIsLaidOverTheDefaultsKeyByKey() throws IOException {
    RunConfig config = load("training: {optimizer: {beta2: 0.5}}");

    assertThat(config.training().optimizer().beta2()).isEqualTo(0.5);
    assertThat(config.training().optimizer().beta1())
        .isEqualTo(ConfigLoader.defaults().training().optimizer().beta1());
  }

  @Test
  void settingsAreLaidOverTheFileInTheirOrder() throws IOException {
    RunConfig config =
        load(
            "training: {steps: 5}",
            "training.steps=6",
            "training.steps=7",
            "clean.languages=[en, zh]",
            "training.optimizer.learningRate=6e-4",
            "generate.prompt=42");

    assertThat(config.training().steps()).isEqualTo(7);
    assertThat(config.clean().languages()).containsExactly("en", "zh");
    assertThat(config.training().optimizer().learningRate()).isEqualTo(6e-4);
    assertThat(config.generate().prompt()).isEqualTo("42");
  }

  @Test
  void aPromptMayHoldAnything() throws IOException {
    assertThat(load("", "generate.prompt=").generate().prompt()).isEmpty();
    assertThat(load("", "generate.prompt=Tom: [a=b] *x").generate().prompt())
        .isEqualTo("Tom: [a=b] *x");
  }

  @Test
  void decayStepsZeroMeansTheStepsOfTheRun() throws IOException {
    assertThat(load("training: {steps: 123}").training().optimizer().decaySteps()).isEqualTo(123);
  }

  @Test
  void anEmptyFileAndAnEmptySectionChangeNothing() throws IOException {
    assertThat(load("# nothing\n")).isEqualTo(ConfigLoader.defaults());
    assertThat(load("training:\n")).isEqualTo(ConfigLoader.defaults());
  }

  @Test
  void anUnknownKeyNamesTheFileTheKeyTheNearestAndAllValidOnes() {
    assertRefused("training: {optimiser: {beta1: 1}}")
        .hasMessageContaining(directory + "/run.yaml: unknown key 'training.optimiser'")
        .hasMessageContaining("did you mean 'training.optimizer'?")
        .hasMessageContaining(
            "steps, batchSize, backend, precision, activationCheckpointing,"
                + " optimizer, onNonFinite, skipLossSpikes, maxConsecutiveSkips,"
                + " evaluateEverySteps, evaluationTokens");
  }

  @Test
  void anUnknownKeyInSnakeCaseIsRecognised() {
    assertRefused("model: {num_layers: 2}").hasMessageContaining("did you mean 'model.numLayers'?");
  }

  @Test
  void aKeyThatIsNothingAlikeGetsNoSuggestion() {
    assertRefused("zzzzzz: 1").hasMessageContaining("unknown key 'zzzzzz'\n");
  }

  @Test
  void anUnknownKeyOfASettingIsNamedAsItWasTyped() {
    assertThatThrownBy(() -> load("", "trainin.steps=3"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--set trainin.steps=3: unknown key 'trainin'")
        .hasMessageContaining("did you mean 'training'?");
    assertThatThrownBy(() -> load("", "training.steps.more=3"))
        .hasMessageContaining("'training.steps' is a value, not a section");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          training: {steps: many}                 | training.steps is the text 'many'    | a whole number
          training: {steps: 1.5}                  | training.steps is 1.5                | a whole number
          training: {batchSize: 3000000000}       | training.batchSize is 3000000000     | a whole number
          training: {steps: true}                 | training.steps is true               | a whole number
          training: {steps: }                     | training.steps: has no value         | a whole number
          training: {steps: [1]}                  | training.steps is [1]                | a whole number
          training: 3                             | training is 3                        | a section of keys
          model: {bias: 1}                        | model.bias is 1                      | true or false
          generate: {prompt: 42}                  | generate.prompt is 42                | text
          generate: {temperature: warm}           | generate.temperature is the text     | a number
          generate: {topP: 0}                     | generate: topP is 0.0                | greater than 0
          generate: {topP: 1.5}                   | generate: topP is 1.5                | 1.0 or less
          generate: {repetitionPenalty: 0}        | generate: repetitionPenalty is 0.0   | 0.01 or more
          generate: {numBeams: 0}                 | generate: numBeams is 0              | 1 or more
          generate: {lengthPenalty: -1}           | generate: lengthPenalty is -1.0      | 0.0 or more
          clean: {languages: en}                  | clean.languages is the text 'en'     | a list
          clean: {languages: [1]}                 | clean.languages[0] is 1              | text
          dataParallelism: {innerState: forget}   | dataParallelism.innerState is        | one of keep, average, reset
          training: {steps: 0}                    | training: steps is 0                 | 1 or more
          training: {onNonFinite: ignore}         | training.onNonFinite is the text     | one of stop, skip
          training: {skipLossSpikes: -1}          | training: skipLossSpikes is -1.0     | 0.0 or more
          training: {maxConsecutiveSkips: 0}      | maxConsecutiveSkips is 0             | 1 or more
          training: {optimizer: {kind: adam}}     | training.optimizer.kind is the text  | one of adamw, sgd
          dataParallelism: {pseudoGradients: f16} | dataParallelism.pseudoGradients is   | one of f32, bf16, int8
          training: {backend: cuda9}              | training: backend is cuda9           | auto, cuda, onednn, nd4j
          model: {embeddingSize: 100, numHeads: 3} | model: embeddingSize 100            | multiple of numHeads
          parallel: {microBatches: 0}             | parallel: microBatches is 0          | 1 or more
          parallel: {schedule: 2f2b}              | parallel: schedule is '2f2b'         | gpipe, 1f1b, interleaved
          parallel: {virtualStages: 2}            | virtualStages 2                      | any other has 1
          training: {precision: f16}              | training.precision is the text 'f16' | one of f32, tf32, bf16
          model: {architecture: mamba}            | model.architecture is the text       | one of gpt, bert, t5, bart
          model: {architecture: bert, bias: false} | model: bias is a setting of gpt     | architecture is bert
          model: {architecture: bart, positions: rotary} | positions is a setting of gpt | leave it out
          model: {architecture: bert, numDecoderLayers: 2} | a setting of t5 and bart    | architecture is bert
          model: {gated: true}                    | model: gated is a setting of t5      | architecture is gpt
          model: {window: 3}                      | window is a setting of feedforward   | architecture is gpt
          model: {architecture: lstm, window: 3}  | window is a setting of feedforward   | architecture is lstm
          model: {architecture: lstm, numDecoderLayers: 2} | numDecoderLayers is a setting of t5 | architecture is lstm
          model: {numKeyValueHeads: 4}            | model: numHeads 6 is not a multiple  | numKeyValueHeads
          model: {dropout: 1.0}                   | model: dropout is 1.0                | below 1
          objective: {masking: {selection: 0.2}}  | objective.masking is not what model.architecture gpt | at its defaults
          objective: {masking: {maskShare: 0.95}} | maskShare 0.95 + randomShare 0.1     | shares of the same
          objective: {spanCorruption: {density: 0.6}} | density is 0.6                   | 0.5 or less
          objective: {denoising: {poissonMean: 0.5}} | poissonMean is 0.5                | 1 to 500
          generations: {models: [lstn]}           | generations.models[0] is the text 'lstn'; did you mean 'lstm'? | one of ngram, word2vec
          generations: {models: [gpt, gpt]}       | generations: models is [gpt, gpt]    | none twice
          generations: {models: []}               | generations: models is []            | one generation or more
          generations: {lstm: {numLayers: 0}}     | numLayers is 0                       | 1 or more
          ngram: {order: 0}                       | ngram: order is 0                    | 1 or more
          ngram: {order: 65}                      | ngram: order is 65.0                 | 64.0 or less
          ngram: {prune: [1]}                     | ngram: prune is [1]                  | the first of them 0
          ngram: {prune: [0, 2, 1]}               | ngram: prune is [0, 2, 1]            | do not fall
          ngram: {order: 2, prune: [0, 0, 1]}     | ngram: prune is [0, 0, 1]            | at most 2
          generate: {temperature: 1.0e+999}       | temperature                          | finite
          dataParallelism: {outer: {nesterov: true}} | nesterov is true, but momentum is 0 | set a momentum
          """)
  void aValueThatDoesNotFitIsNamedWithWhatWasExpected(String yaml, String found, String expected) {
    assertRefused(yaml)
        .hasMessageContaining("run.yaml")
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }

  @Test
  void aValueOfASettingIsNamedAsItWasTyped() {
    assertThatThrownBy(() -> load("training: {steps: 3}", "training.steps=x"))
        .hasMessageContaining("--set training.steps=x: training.steps is the text 'x'");
  }

  @Test
  void aValueThatItsRecordRefusesIsSaidOnceWithTheSource() {
    assertRefused("clean: {minCharacters: -1}")
        .hasMessageContaining("run.yaml: clean.minCharacters is -1")
        .message()
        .containsOnlyOnce("expected:")
        .containsOnlyOnce("to do:");
  }

  @Test
  void aKeyThatIsRepeatedIsRefused() {
    assertRefused("seed: 1\nseed: 2\n").hasMessageContaining("run.yaml is not valid YAML: line 2");
  }

  @Test
  void aliasesAreRefusedSoThatABombOfThemNeverUnfolds() {
    assertRefused("seed: &a 1\ngenerate: {seed: *a}\n")
        .hasMessageContaining("line 2: a YAML alias");
  }

  @Test
  void aSecondDocumentIsRefused() {
    assertRefused("seed: 1\n---\nseed: 2\n").hasMessageContaining("a second YAML document");
  }

  @ParameterizedTest
  @CsvSource({"just text", "'[1, 2]'", "'training: {steps: 3'", "'\tseed: 1'"})
  void whatIsNotAMappingIsRefused(String text) {
    assertRefused(text).hasMessageContaining("run.yaml is not");
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = directory.resolve("nowhere.yaml");

    assertThatThrownBy(() -> ConfigLoader.load(Optional.of(missing), List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(missing + " does not exist");
  }

  @Test
  void aVocabularyThatIsNotThatOfTheShardsIsRefused() throws IOException {
    assertThat(load("").model().forVocabulary(77).vocabSize()).isEqualTo(77);
    assertThat(load("model: {vocabSize: 77}").model().forVocabulary(77).vocabSize()).isEqualTo(77);
    ModelConfig model = load("model: {vocabSize: 78}").model();
    assertThatThrownBy(() -> model.forVocabulary(77))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.vocabSize is 78")
        .hasMessageContaining("vocabulary of 77");
  }

  @ParameterizedTest
  @CsvSource({"gpt, 0", "bert, 4", "t5, 102", "bart, 4"})
  void specialTokensStandBehindTheVocabularyOfTheShards(String architecture, int numSpecial)
      throws IOException {
    String yaml = "model: {architecture: " + architecture + ", vocabSize: " + (77 + numSpecial);
    assertThat(load(yaml + "}").model().forVocabulary(77).vocabSize()).isEqualTo(77 + numSpecial);
    ModelConfig other = load(yaml + "}").model();
    if (numSpecial > 0) {
      assertThatThrownBy(() -> other.forVocabulary(78))
          .hasMessageContaining(numSpecial + " special tokens")
          .hasMessageContaining("which makes " + (78 + numSpecial));
    }
  }

  @Test
  void zeroInAShapeIsWhatItsCommentSays() throws IOException {
    T5Config t5 =
        (T5Config)
            load("model: {architecture: t5, numHeads: 4, embeddingSize: 64}")
                .model()
                .forVocabulary(9);
    assertThat(t5.headSize()).isEqualTo(16);
    assertThat(t5.feedForwardSize()).isEqualTo(256);
    assertThat(t5.numDecoderLayers()).isEqualTo(t5.numLayers());
  }

  @Test
  void theDefaultNoiseIsThatOfThePapers() {
    ObjectiveConfig noise = ConfigLoader.defaults().objective();
    SpecialTokens.Bert bert = SpecialTokens.Bert.behind(9);
    SpecialTokens.T5 t5 = SpecialTokens.T5.behind(9);
    SpecialTokens.Bart bart = SpecialTokens.Bart.behind(9);
    Set<Integer> fullStops = Set.of(1);

    assertThat(noise.forModel(plain(Architecture.BERT), 9, Set::of))
        .isEqualTo(MaskedLanguageModelling.bert(64, bert, NextSentence.RANDOM));
    assertThat(noise.forModel(plain(Architecture.T5), 9, Set::of))
        .isEqualTo(SpanCorruption.t5(64, t5));
    assertThat(noise.forModel(plain(Architecture.BART), 9, () -> fullStops))
        .isEqualTo(Denoising.bart(64, bart, fullStops));
    assertThat(noise.forModel(plain(Architecture.GPT), 9, Set::of))
        .isEqualTo(new CausalLanguageModelling(64));
  }

  @Test
  void aVocabularyWithoutFullStopsHasNoSentencesToPermute() {
    ObjectiveConfig noise = ConfigLoader.defaults().objective();

    assertThatThrownBy(() -> noise.forModel(plain(Architecture.BART), 9, Set::of))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("permuteSentences");
  }

  private static ModelShape plain(Architecture architecture) {
    return ModelConfig.plain(architecture, 64, 1, 2, 8).forVocabulary(9);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String yaml) {
    return assertThatThrownBy(() -> load(yaml)).isInstanceOf(InvalidInputException.class);
  }

  private RunConfig load(String yaml, String... settings) throws IOException {
    Path file = Files.writeString(directory.resolve("run.yaml"), yaml);
    return ConfigLoader.load(Optional.of(file), List.of(settings));
  }

  private static List<String> keyPaths(JsonNode node, String prefix) {
    List<String> paths = new ArrayList<>();
    node.fields()
        .forEachRemaining(
            field ->
                paths.addAll(
                    field.getValue().isObject()
                        ? keyPaths(field.getValue(), prefix + field.getKey() + ".")
                        : List.of(prefix + field.getKey())));
    return paths;
  }

  private static List<String> componentPaths(Class<?> type, String prefix) {
    return Arrays.stream(type.getRecordComponents())
        .map(component -> componentPaths(component, prefix))
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> componentPaths(RecordComponent component, String prefix) {
    String path = prefix + component.getName();
    return component.getType().isRecord()
        ? componentPaths(component.getType(), path + ".")
        : List.of(path);
  }

  private static final String EVERY_COMMON_VALUE_CHANGED =
      """
      seed: 2
      read:
        text: line
        chunkCharacters: 4001
        maxRecordBytes: 16777217
        maxNestingDepth: 65
        maxDecompressionRatio: 201
        maxQuarantinedFraction: 0.2
      extract:
        repairMojibake: true
        languageIdentification: model
        lines: c4
        maskPersonalData: false
      clean:
        minCharacters: 51
        maxCharacters: 1000001
        languages: [en]
        minLanguageScore: 0.5
        blockedUrls: [blocked.txt]
        rejectGibberish: false
        filters: [c4]
        thresholds: [lorem_ipsum=2]
        rules: [words < 20]
        deduplicateUrls: true
        deduplicate: false
      deduplicate:
        repeatedLineDocuments: 7
        shingleSize: 4
        bands: 10
        rows: 6
        minJaccard: 0.7
        keep: oldest:date
        repeatedSubstrings: mask
        minSubstringTokens: 49
      decontaminate:
        ngramSize: 12
        minNgramSize: 7
        maxNgramOccurrences: 9
        action: cut
        cutCharacters: 199
        minPieceCharacters: 198
        maxPieces: 11
      tokenizer: {kind: character, vocabSize: 8193, minFrequency: 3, endOfText: false}
      tokenize:
        validation: {by: tail, fraction: 0.06}
        shardTokens: 16777217
        packedLength: 257
        sentences: true
      ngram: {order: 5, prune: [0, 1]}
      model:
        vocabSize: 9
        contextLength: 257
        numLayers: 7
        numHeads: 4
        embeddingSize: 392
        feedForwardSize: 700
        dropout: 0.2
        bias: false
        positions: rotary
        norm: rms-norm
        feedForward: swiglu
        numKeyValueHeads: 2
        tiedEmbeddings: false
      training:
        steps: 1001
        batchSize: 17
        backend: nd4j
        precision: bf16
        activationCheckpointing: true
        optimizer:
          kind: sgd
          learningRate: 0.002
          minLearningRate: 0.0002
          warmupSteps: 101
          decaySteps: 999
          beta1: 0.8
          beta2: 0.94
          epsilon: 1.0e-7
          weightDecay: 0.2
          maxGradientNorm: 2.0
        onNonFinite: skip
        skipLossSpikes: 6.0
        maxConsecutiveSkips: 10
        evaluateEverySteps: 101
        evaluationTokens: 65537
      parallel:
        dataParallel: 2
        pipelineParallel: 2
        tensorParallel: 2
        microBatches: 4
        schedule: interleaved
        virtualStages: 2
        timeoutSeconds: 301
      dataParallelism:
        mode: synchronous
        localSteps: 11
        outer: {learningRate: 0.7, momentum: 0.9, nesterov: true}
        innerState: reset
        pseudoGradients: int8
        elastic: true
        asynchronous: true
        lateAfter: 2.5
      checkpoint: {everyRounds: 11, keep: 3, background: false, graceSeconds: 31}
      generate:
        prompt: Once
        maxNewTokens: 201
        temperature: 0.9
        topK: 41
        topP: 0.9
        repetitionPenalty: 1.1
        numSamples: 4
        numBeams: 5
        lengthPenalty: 0.6
        seed: 7
        stop: [END]
      score:
        batchSize: 17
        precision: bf16
        contextLength: 64
        stride: 32
        maxTokens: 1000
        partitions: 7
        pooling: last
        normalize: true
        columns:
          id: key
          text: body
          context: question
          continuation: answer
          choices: options
          label: gold
          answer: solution
        prompt:
          template: "Q: {{question}}"
          description: Answer.
          shots: [0, 1, 5]
          exampleDelimiter: "##"
          answerDelimiter: "="
          seed: 5
      word2vec:
        vectorSize: 101
        window: 6
        minCount: 6
        subsample: 0.01
        iterations: 6
        learningRate: 0.05
        partitions: 2
        maxSentenceLength: 1001
        lowercase: false
        seed: 2
      generations:
        models: [lstm]
        parameters: 1000001
        tokens: 4000001
        feedforward: {numLayers: 2, learningRate: 0.01}
        convolutional: {numLayers: 5, learningRate: 0.01}
        recurrent: {numLayers: 2, learningRate: 0.01}
        lstm: {numLayers: 3, learningRate: 0.01}
        elmo: {numLayers: 3, learningRate: 0.01}
        gpt: {numLayers: 5, learningRate: 0.01}
      """;

  private static final String EVERY_VALUE_OF_BERT =
      """
      model: {architecture: bert}
      objective:
        masking:
          selection: 0.2
          maskShare: 0.7
          randomShare: 0.2
          nextSentence: order
          shortSequenceProbability: 0.2
      """;

  private static final String EVERY_VALUE_OF_T5 =
      """
      model: {architecture: t5, numDecoderLayers: 5, headSize: 48, gated: true}
      objective:
        spanCorruption: {density: 0.25, meanSpan: 4.0}
      """;

  private static final String EVERY_VALUE_OF_NETWORKS =
      """
      model: {architecture: convolutional, hiddenSize: 96, window: 3}
      """;

  private static final String EVERY_VALUE_OF_BART =
      """
      model: {architecture: bart}
      objective:
        denoising:
          maskRatio: 0.4
          poissonMean: 3.0
          maskRandom: 0.2
          permuteSentences: 0.5
          insertRatio: 0.1
          deleteRatio: 0.2
          rotateProbability: 0.3
      """;
}

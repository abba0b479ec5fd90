package dev.kindling.model.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.T5Config;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartLayoutTest {
  static Stream<ArchitectureConfig> models() {
    return Stream.of(
        new GptConfig(37, 16, 3, 4, 24, true),
        new GptConfig(37, 16, 3, 4, 24, false, 0, GptOptions.llama(2, 22)),
        new BertConfig(37, 16, 3, 4, 24, 50, 0),
        new T5Config(37, 16, 2, 3, 4, 24, 5, 50, 0, false),
        new T5Config(37, 16, 3, 2, 4, 24, 8, 22, 0, true),
        new BartConfig(37, 16, 2, 2, 4, 24, 50, 0));
  }

  private static List<PartLayout> parts(ModelLayout layout, int numStages, int numSlices) {
    List<PartLayout> parts = new ArrayList<>();
    for (int stage = 0; stage < numStages; stage++) {
      int first = layout.numPieces() * stage / numStages;
      int end = layout.numPieces() * (stage + 1) / numStages;
      for (int slice = 0; slice < numSlices; slice++) {
        List<PieceRange> chunks = List.of(new PieceRange(first, end));
        parts.add(new PartLayout(layout, chunks, slice, numSlices));
      }
    }
    return parts;
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyElementIsSpokenForByOnePart(ArchitectureConfig model) {
    ModelLayout layout = model.placements();
    for (int numStages = 1; numStages <= layout.numPieces(); numStages++) {
      for (int numSlices = 1; numSlices <= 2; numSlices++) {
        int[] spoken = new int[(int) model.numParameters()];
        for (PartLayout part : parts(layout, numStages, numSlices)) {
          for (PartRuns.Run run : PartRuns.ofOwn(part).within(0, spoken.length)) {
            for (long i = 0; i < run.length(); i++) {
              spoken[(int) (run.wholeOffset() + i)]++;
            }
          }
        }
        assertThat(spoken).containsOnly(1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aPartHoldsEachOfItsOwnElementsOnce(ArchitectureConfig model) {
    ModelLayout layout = model.placements();
    for (PartLayout part : parts(layout, 3, 2)) {
      int[] held = new int[(int) part.numParameters()];
      for (PartRuns.Run run : PartRuns.ofHeld(part).within(0, model.numParameters())) {
        for (long i = 0; i < run.length(); i++) {
          held[(int) (run.localOffset() + i)]++;
        }
      }
      assertThat(held).containsOnly(1);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theWholeIsOneRun(ArchitectureConfig model) {
    PartRuns runs = PartRuns.ofOwn(PartLayout.whole(model.placements()));
    assertThat(runs.within(0, model.numParameters()))
        .containsExactly(new PartRuns.Run(0, 0, model.numParameters()));
    assertThat(runs.within(7, 11)).containsExactly(new PartRuns.Run(7, 7, 4));
  }

  /** Rows of [C, 3C] of which each slice has half of the queries, of the keys and of the values. */
  @Test
  void aFusedMatrixIsCutPartByPart() {
    List<Cut.Run> runs = Cut.along(1, 3).runs(List.of(2L, 12L), 1, 2);
    assertThat(runs)
        .containsExactlyElementsOf(
            IntStream.range(0, 6).mapToObj(i -> new Cut.Run(4L * i + 2, 2)).toList());
    assertThat(Cut.along(1, 3).shape(List.of(2L, 12L), 1, 2)).containsExactly(2L, 6L);
  }

  /** Tied embeddings are the only parameters of two stages of a GPT-2; T5's stacks share biases. */
  @Test
  void stagesShareWhatIsTied() {
    List<PartLayout> gpt = parts(new GptConfig(37, 16, 4, 4, 24, true).placements(), 3, 1);
    assertThat(shared(gpt.get(0), gpt.get(2))).containsExactly("transformer.wte.weight");
    assertThat(shared(gpt.get(0), gpt.get(1))).isEmpty();
    List<PartLayout> t5 =
        parts(new T5Config(37, 16, 4, 4, 4, 24, 5, 50, 0, true).placements(), 4, 1);
    assertThat(shared(t5.get(0), t5.get(1)))
        .containsExactly("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
  }

  private static List<String> shared(PartLayout one, PartLayout other) {
    List<Placement> ofOther = other.held().stream().map(PartLayout.Held::placement).toList();
    return one.held().stream()
        .map(PartLayout.Held::placement)
        .filter(ofOther::contains)
        .map(Placement::name)
        .toList();
  }

  @Test
  void headsThatSlicesCannotShareAreRefused() {
    GptConfig model = new GptConfig(37, 16, 3, 4, 24, false, 0, GptOptions.llama(1, 22));
    assertThatThrownBy(() -> model.requireSlices(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "numKeyValueHeads 1 is not a multiple of tensorParallel 2: every slice gets as many, so"
                + " change one of the two");
  }
}

package dev.kindling.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.GptOptions.FeedForwardKind;
import dev.kindling.model.arch.GptOptions.Norm;
import dev.kindling.model.arch.GptOptions.Positions;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hugging Face's names and shapes, written down a second time for models of one layer. */
class LayoutTest {
  private static final GptConfig LLAMA =
      new GptConfig(13, 7, 1, 4, 24, false, 0, GptOptions.llama(2, 10));

  @Test
  void gpt2HasTheTensorsOfHuggingFace() {
    assertThat(described(new GptConfig(13, 7, 1, 2, 6, true)))
        .isEqualTo(
            """
            transformer.wte.weight [13, 6]
            transformer.wpe.weight [7, 6]
            transformer.h.0.ln_1.weight [6]
            transformer.h.0.ln_1.bias [6]
            transformer.h.0.attn.c_attn.weight [6, 18]
            transformer.h.0.attn.c_attn.bias [18]
            transformer.h.0.attn.c_proj.weight [6, 6]
            transformer.h.0.attn.c_proj.bias [6]
            transformer.h.0.ln_2.weight [6]
            transformer.h.0.ln_2.bias [6]
            transformer.h.0.mlp.c_fc.weight [6, 24]
            transformer.h.0.mlp.c_fc.bias [24]
            transformer.h.0.mlp.c_proj.weight [24, 6]
            transformer.h.0.mlp.c_proj.bias [6]
            transformer.ln_f.weight [6]
            transformer.ln_f.bias [6]
            """);
  }

  @Test
  void gpt2WithoutBiasesHasTheWeightsAlone() {
    String withBias = described(new GptConfig(13, 7, 2, 2, 6, true));

    assertThat(described(new GptConfig(13, 7, 2, 2, 6, false)))
        .isEqualTo(withBias.replaceAll("(?m)^.*\\.bias .*\n", ""));
  }

  @Test
  void llamaHasTheTensorsOfHuggingFace() {
    assertThat(described(LLAMA))
        .isEqualTo(
            """
            model.embed_tokens.weight [13, 24]
            model.layers.0.input_layernorm.weight [24]
            model.layers.0.self_attn.q_proj.weight [24, 24]
            model.layers.0.self_attn.k_proj.weight [12, 24]
            model.layers.0.self_attn.v_proj.weight [12, 24]
            model.layers.0.self_attn.o_proj.weight [24, 24]
            model.layers.0.post_attention_layernorm.weight [24]
            model.layers.0.mlp.gate_proj.weight [10, 24]
            model.layers.0.mlp.up_proj.weight [10, 24]
            model.layers.0.mlp.down_proj.weight [24, 10]
            model.norm.weight [24]
            lm_head.weight [13, 24]
            """);
  }

  @Test
  void anyOtherGptHasLlamasNamesAndWhatItsOptionsAdd() {
    GptOptions options =
        new GptOptions(Positions.LEARNED, Norm.LAYER_NORM, FeedForwardKind.GELU, 1, 0, true);

    assertThat(described(new GptConfig(13, 7, 1, 2, 6, true, 0, options)))
        .isEqualTo(
            """
            model.embed_tokens.weight [13, 6]
            model.embed_positions.weight [7, 6]
            model.layers.0.input_layernorm.weight [6]
            model.layers.0.input_layernorm.bias [6]
            model.layers.0.self_attn.q_proj.weight [6, 6]
            model.layers.0.self_attn.k_proj.weight [3, 6]
            model.layers.0.self_attn.v_proj.weight [3, 6]
            model.layers.0.self_attn.q_proj.bias [6]
            model.layers.0.self_attn.k_proj.bias [3]
            model.layers.0.self_attn.v_proj.bias [3]
            model.layers.0.self_attn.o_proj.weight [6, 6]
            model.layers.0.self_attn.o_proj.bias [6]
            model.layers.0.post_attention_layernorm.weight [6]
            model.layers.0.post_attention_layernorm.bias [6]
            model.layers.0.mlp.up_proj.weight [24, 6]
            model.layers.0.mlp.up_proj.bias [24]
            model.layers.0.mlp.down_proj.weight [6, 24]
            model.layers.0.mlp.down_proj.bias [6]
            model.norm.weight [6]
            model.norm.bias [6]
            """);
  }

  @Test
  void anRmsNormHasNoBiasWhereLinearLayersHaveOne() {
    GptOptions options =
        new GptOptions(Positions.ROTARY, Norm.RMS_NORM, FeedForwardKind.SWIGLU, 0, 8, true);

    assertThat(described(new GptConfig(13, 7, 1, 1, 6, true, 0, options)))
        .contains(
            """
            model.layers.0.post_attention_layernorm.weight [6]
            model.layers.0.mlp.gate_proj.weight [8, 6]
            model.layers.0.mlp.up_proj.weight [8, 6]
            model.layers.0.mlp.gate_proj.bias [8]
            model.layers.0.mlp.up_proj.bias [8]
            model.layers.0.mlp.down_proj.weight [6, 8]
            model.layers.0.mlp.down_proj.bias [6]
            model.norm.weight [6]
            """)
        .doesNotContain("norm.bias", "lm_head", "embed_positions");
  }

  @Test
  void bertHasTheTensorsOfHuggingFace() {
    assertThat(described(new BertConfig(13, 7, 1, 2, 6, 10, 0)))
        .isEqualTo(
            """
            bert.embeddings.word_embeddings.weight [13, 6]
            bert.embeddings.position_embeddings.weight [7, 6]
            bert.embeddings.token_type_embeddings.weight [2, 6]
            bert.embeddings.LayerNorm.weight [6]
            bert.embeddings.LayerNorm.bias [6]
            bert.encoder.layer.0.attention.self.query.weight [6, 6]
            bert.encoder.layer.0.attention.self.key.weight [6, 6]
            bert.encoder.layer.0.attention.self.value.weight [6, 6]
            bert.encoder.layer.0.attention.self.query.bias [6]
            bert.encoder.layer.0.attention.self.key.bias [6]
            bert.encoder.layer.0.attention.self.value.bias [6]
            bert.encoder.layer.0.attention.output.dense.weight [6, 6]
            bert.encoder.layer.0.attention.output.dense.bias [6]
            bert.encoder.layer.0.attention.output.LayerNorm.weight [6]
            bert.encoder.layer.0.attention.output.LayerNorm.bias [6]
            bert.encoder.layer.0.intermediate.dense.weight [10, 6]
            bert.encoder.layer.0.intermediate.dense.bias [10]
            bert.encoder.layer.0.output.dense.weight [6, 10]
            bert.encoder.layer.0.output.dense.bias [6]
            bert.encoder.layer.0.output.LayerNorm.weight [6]
            bert.encoder.layer.0.output.LayerNorm.bias [6]
            bert.pooler.dense.weight [6, 6]
            bert.pooler.dense.bias [6]
            cls.predictions.transform.dense.weight [6, 6]
            cls.predictions.transform.dense.bias [6]
            cls.predictions.transform.LayerNorm.weight [6]
            cls.predictions.transform.LayerNorm.bias [6]
            cls.predictions.bias [13]
            cls.seq_relationship.weight [2, 6]
            cls.seq_relationship.bias [2]
            """);
  }

  @Test
  void t5HasTheTensorsOfHuggingFace() {
    assertThat(described(new T5Config(13, 7, 1, 1, 2, 6, 4, 10, 0, false)))
        .isEqualTo(
            """
            shared.weight [13, 6]
            encoder.block.0.layer.0.layer_norm.weight [6]
            encoder.block.0.layer.0.SelfAttention.q.weight [8, 6]
            encoder.block.0.layer.0.SelfAttention.k.weight [8, 6]
            encoder.block.0.layer.0.SelfAttention.v.weight [8, 6]
            encoder.block.0.layer.0.SelfAttention.o.weight [6, 8]
            encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight [32, 2]
            encoder.block.0.layer.1.layer_norm.weight [6]
            encoder.block.0.layer.1.DenseReluDense.wi.weight [10, 6]
            encoder.block.0.layer.1.DenseReluDense.wo.weight [6, 10]
            encoder.final_layer_norm.weight [6]
            decoder.block.0.layer.0.layer_norm.weight [6]
            decoder.block.0.layer.0.SelfAttention.q.weight [8, 6]
            decoder.block.0.layer.0.SelfAttention.k.weight [8, 6]
            decoder.block.0.layer.0.SelfAttention.v.weight [8, 6]
            decoder.block.0.layer.0.SelfAttention.o.weight [6, 8]
            decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight [32, 2]
            decoder.block.0.layer.1.layer_norm.weight [6]
            decoder.block.0.layer.1.EncDecAttention.q.weight [8, 6]
            decoder.block.0.layer.1.EncDecAttention.k.weight [8, 6]
            decoder.block.0.layer.1.EncDecAttention.v.weight [8, 6]
            decoder.block.0.layer.1.EncDecAttention.o.weight [6, 8]
            decoder.block.0.layer.2.layer_norm.weight [6]
            decoder.block.0.layer.2.DenseReluDense.wi.weight [10, 6]
            decoder.block.0.layer.2.DenseReluDense.wo.weight [6, 10]
            decoder.final_layer_norm.weight [6]
            """);
  }

  @Test
  void aGatedT5HasTwoInputWeightsAndItsOwnOutputLayer() {
    String plain = described(new T5Config(13, 7, 2, 3, 2, 6, 4, 10, 0, false));

    assertThat(described(new T5Config(13, 7, 2, 3, 2, 6, 4, 10, 0, true)))
        .isEqualTo(
            plain.replaceAll("(?m)^(.*)wi\\.weight (.*)$", "$1wi_0.weight $2\n$1wi_1.weight $2")
                + "lm_head.weight [13, 6]\n");
  }

  @Test
  void onlyTheFirstBlockOfEachStackHoldsPositionBiases() {
    assertThat(new T5Config(13, 7, 3, 2, 2, 6, 4, 10, 0, false).layout())
        .extracting(Slice::name)
        .filteredOn(name -> name.contains("relative_attention_bias"))
        .containsExactly(
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
  }

  @Test
  void bartHasTheTensorsOfHuggingFace() {
    String encoder =
        """
        model.encoder.embed_positions.weight [9, 6]
        model.encoder.layernorm_embedding.weight [6]
        model.encoder.layernorm_embedding.bias [6]
        model.encoder.layers.0.self_attn.q_proj.weight [6, 6]
        model.encoder.layers.0.self_attn.k_proj.weight [6, 6]
        model.encoder.layers.0.self_attn.v_proj.weight [6, 6]
        model.encoder.layers.0.self_attn.q_proj.bias [6]
        model.encoder.layers.0.self_attn.k_proj.bias [6]
        model.encoder.layers.0.self_attn.v_proj.bias [6]
        model.encoder.layers.0.self_attn.out_proj.weight [6, 6]
        model.encoder.layers.0.self_attn.out_proj.bias [6]
        model.encoder.layers.0.self_attn_layer_norm.weight [6]
        model.encoder.layers.0.self_attn_layer_norm.bias [6]
        model.encoder.layers.0.fc1.weight [10, 6]
        model.encoder.layers.0.fc1.bias [10]
        model.encoder.layers.0.fc2.weight [6, 10]
        model.encoder.layers.0.fc2.bias [6]
        model.encoder.layers.0.final_layer_norm.weight [6]
        model.encoder.layers.0.final_layer_norm.bias [6]
        """;
    String crossAttention =
        """
        model.decoder.layers.0.encoder_attn.q_proj.weight [6, 6]
        model.decoder.layers.0.encoder_attn.k_proj.weight [6, 6]
        model.decoder.layers.0.encoder_attn.v_proj.weight [6, 6]
        model.decoder.layers.0.encoder_attn.q_proj.bias [6]
        model.decoder.layers.0.encoder_attn.k_proj.bias [6]
        model.decoder.layers.0.encoder_attn.v_proj.bias [6]
        model.decoder.layers.0.encoder_attn.out_proj.weight [6, 6]
        model.decoder.layers.0.encoder_attn.out_proj.bias [6]
        model.decoder.layers.0.encoder_attn_layer_norm.weight [6]
        model.decoder.layers.0.encoder_attn_layer_norm.bias [6]
        """;
    String feedForward = "model.decoder.layers.0.fc1.weight";
    String decoder =
        encoder.replace("encoder", "decoder").replace(feedForward, crossAttention + feedForward);

    assertThat(described(new BartConfig(13, 7, 1, 1, 2, 6, 10, 0)))
        .isEqualTo("model.shared.weight [13, 6]\n" + encoder + decoder);
  }

  @Test
  void embeddingsAreTablesOfTokensPositionsAndSegmentsAndAnOutputMatrixOfItsOwn() {
    assertThat(numEmbeddings(new GptConfig(13, 7, 1, 2, 6, true))).isEqualTo((13 + 7) * 6);
    assertThat(numEmbeddings(LLAMA)).isEqualTo(2 * 13 * 24);
    assertThat(numEmbeddings(new BertConfig(13, 7, 1, 2, 6, 10, 0)))
        .isEqualTo((13 + 7 + BertConfig.NUM_SEGMENTS) * 6);
    assertThat(numEmbeddings(new T5Config(13, 7, 1, 1, 2, 6, 4, 10, 0, false))).isEqualTo(13 * 6);
    assertThat(numEmbeddings(new T5Config(13, 7, 1, 1, 2, 6, 4, 10, 0, true)))
        .isEqualTo(2 * 13 * 6);
    assertThat(numEmbeddings(new BartConfig(13, 7, 1, 1, 2, 6, 10, 0)))
        .isEqualTo((13 + 2 * (7 + BartConfig.POSITION_OFFSET)) * 6);
  }

  private static long numEmbeddings(ArchitectureConfig config) {
    return config.numParameters() - config.numNonEmbeddingParameters();
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void slicesFollowEachOtherWithoutHolesUnderNamesOfTheirOwn(ArchitectureConfig config) {
    long offset = 0;
    for (Slice slice : config.layout()) {
      assertThat(slice.offset()).as(slice.name()).isEqualTo(offset);
      offset += slice.numElements();
    }
    assertThat(config.numParameters()).isEqualTo(offset);
    assertThat(config.layout()).extracting(Slice::name).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void queriesKeysAndValuesReadAsOneMatrixAndSoDoGateAndUp(ArchitectureConfig config) {
    List<String> names = config.layout().stream().map(Slice::name).toList();
    List<List<String>> groups =
        List.of(
            List.of(".q_proj.", ".k_proj.", ".v_proj."),
            List.of(".query.", ".key.", ".value."),
            List.of(".q.", ".k.", ".v."),
            List.of(".gate_proj.", ".up_proj."),
            List.of(".wi_0.", ".wi_1."));
    for (List<String> group : groups) {
      for (int i = 0; i < names.size(); i++) {
        if (names.get(i).contains(group.get(0))) {
          for (int member = 1; member < group.size(); member++) {
            assertThat(names.get(i + member))
                .isEqualTo(names.get(i).replace(group.get(0), group.get(member)));
          }
        }
      }
    }
  }

  static Stream<ArchitectureConfig> everyKind() {
    GptOptions mixed =
        new GptOptions(Positions.ROTARY, Norm.LAYER_NORM, FeedForwardKind.SWIGLU, 1, 0, true);
    return Stream.of(
        new GptConfig(13, 7, 2, 2, 6, true),
        LLAMA,
        new GptConfig(13, 7, 2, 2, 8, true, 0.1, mixed),
        new BertConfig(13, 7, 2, 2, 6, 10, 0),
        new T5Config(13, 7, 2, 1, 2, 6, 4, 10, 0, false),
        new T5Config(13, 7, 1, 2, 2, 6, 4, 10, 0, true),
        new BartConfig(13, 7, 2, 1, 2, 6, 10, 0));
  }

  @Test
  void publishedShapesHaveTheirPublishedNumbersOfParameters() {
    assertThat(new GptConfig(50257, 1024, 12, 12, 768, true).numParameters())
        .isEqualTo(124_439_808);
    assertThat(
            new GptConfig(32000, 4096, 32, 32, 4096, false, 0, GptOptions.llama(32, 11008))
                .numParameters())
        .isEqualTo(6_738_415_616L);
    // BertModel's 109,482,240, and the two heads without the tied embedding.
    assertThat(new BertConfig(30522, 512, 12, 12, 768, 3072, 0.1).numParameters())
        .isEqualTo(109_482_240 + (768 * 768 + 768 + 2 * 768 + 30522) + (2 * 768 + 2));
    assertThat(new T5Config(32128, 512, 6, 6, 8, 512, 64, 2048, 0.1, false).numParameters())
        .isEqualTo(60_506_624);
    assertThat(new T5Config(32128, 512, 8, 8, 6, 512, 64, 1024, 0.1, true).numParameters())
        .isEqualTo(76_961_152);
    assertThat(new BartConfig(50265, 1024, 6, 6, 12, 768, 3072, 0.1).numParameters())
        .isEqualTo(139_420_416);
  }

  @Test
  void moreParametersThan64BitsCountAreRefused() {
    int most = Integer.MAX_VALUE;
    assertThatThrownBy(() -> new BertConfig(most, most, 2, 1, most, most, 0).layout())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more parameters than 64 bits can count");
  }

  private static String described(ArchitectureConfig config) {
    StringBuilder text = new StringBuilder();
    for (Slice slice : config.layout()) {
      text.append(slice.name()).append(' ').append(slice.shape()).append('\n');
    }
    return text.toString();
  }
}

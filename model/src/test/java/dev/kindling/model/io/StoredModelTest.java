package dev.kindling.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredModelTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFileMeansTheSameUnderTheFormulasOfHuggingFace(boolean bias) throws IOException {
    GptConfig config = new GptConfig(23, 7, 2, 3, 15, bias);
    int[] ids = {4, 22, 0, 4, 17, 9, 1};
    try (Backend backend = Backends.open("auto", 1);
        InferenceModel model = new InferenceModel(config, Precision.F32, backend)) {
      fill(model.parameters());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ModelWeights.write(out, config, model.parameters());
      byte[] file = out.toByteArray();
      SafetensorsHeader header =
          Safetensors.readHeader("test", new ByteArrayInputStream(file), file.length);
      Gpt2Formulas formulas = new Gpt2Formulas(file, header, config.numLayers(), config.numHeads());

      for (int length = 1; length <= ids.length; length++) {
        int[] context = Arrays.copyOf(ids, length);
        double[] expected = formulas.logits(context);
        try (DecoderCache cache = model.newCache(1, length)) {
          float[] logits = model.nextLogits(context, new int[] {length}, cache);
          assertThat(logits).hasSize(expected.length);
          for (int id = 0; id < logits.length; id++) {
            assertThat((double) logits[id]).isCloseTo(expected[id], within(1e-4));
          }
        }
      }
    }
  }

  /** Values far from their usual ones, so that no two parts could be swapped unnoticed. */
  private static void fill(ParameterStore parameters) {
    int numParameters = Math.toIntExact(parameters.numParameters());
    ByteBuffer bytes = ByteBuffer.allocate(4 * numParameters).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(8);
    for (int i = 0; i < numParameters; i++) {
      bytes.putFloat(random.nextFloat() - 0.5f);
    }
    parameters.writeBytes(0, numParameters, bytes.array(), 0);
  }
}

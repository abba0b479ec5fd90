package dev.kindling.spark.score.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.score.plan.UnscorableException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static final StructType SCHEMA =
      new StructType().add("question", DataTypes.StringType).add("year", DataTypes.IntegerType);

  private static final Row ROW =
      new GenericRowWithSchema(new Object[] {"Who {{was}} it?", 1912}, SCHEMA);

  @Test
  void placesAreFilledAndValuesAreNoTemplates() throws UnscorableException {
    Template template = Template.parse("In {{ year }}: {{question}}\nAnswer:");

    assertThat(template.of(ROW)).isEqualTo("In 1912: Who {{was}} it?\nAnswer:");
  }

  @Test
  void aTextWithoutPlacesIsItself() throws UnscorableException {
    assertThat(Template.parse("{plain} }} text").of(ROW)).isEqualTo("{plain} }} text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{}}", "{{ }}", "{{question", "{{a}} and {{"})
  void aPlaceWithoutANameOrAnEndIsRefused(String text) {
    assertThatThrownBy(() -> Template.parse(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("score.prompt.template is '" + text + "'");
  }

  @Test
  void aColumnThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Template.parse("{{query}}").requireColumns(SCHEMA))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'query'")
        .hasMessageContaining("[question, year]");
  }

  @Test
  void aNullIsTheRowsOwnProblem() {
    Row row = new GenericRowWithSchema(new Object[] {null, 1}, SCHEMA);

    assertThatThrownBy(() -> Template.parse("{{question}}").of(row))
        .isInstanceOf(UnscorableException.class)
        .hasMessage("no-text: the column question is null");
  }
}

"""Go as docker's --format needs it: text/template, fmt, encoding/json and reflect, in the parts that show."""

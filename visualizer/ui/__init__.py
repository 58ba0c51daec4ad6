"""Everything that shows. Imports core and Qt, never torch or the engine."""

"""What matching costs: events a second, growth with the number of rules, against capa's matcher."""
